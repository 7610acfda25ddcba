// Several processes at one history: writing at once, and dying in the middle.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <functional>

#include "child.h"
#include "histories.h"

using namespace thresher;
using namespace thresher::store;

namespace {

void live_a_whole_run(const Location& location, int number) {
  const auto store = must(RunStore::open(location));
  const std::string id = must(store->begin(some_start(number)));
  for (int beat = 0; beat < 5; ++beat) must(store->heartbeat(id));
  must(store->annotate(id, "at once"));
  must(store->finish(id, some_end(number)));
  if (must(store->get(id)).end.figures.rate_per_s != 0.1 + number) throw std::runtime_error("somebody else's figures");
  must(store->list({}));
}

}  // namespace

TEMPLATE_TEST_CASE("twenty processes that write at once, from the first opening on, all succeed",
                   "[integration][store]", SqliteHistory, PostgresHistory) {
  constexpr int kProcesses = 20;
  const TestType history;
  const Location location = history.location();
  const Gate gate;
  std::vector<std::unique_ptr<Child>> children;
  for (int number = 0; number < kProcesses; ++number) {
    children.push_back(std::make_unique<Child>([&, number](int) {
      gate.wait();
      live_a_whole_run(location, number);
    }));
  }
  gate.open();
  for (const auto& child : children) {
    CHECK(child->line() == "");
    CHECK(child->wait() == 0);
  }

  const auto store = must(RunStore::open(location));
  const auto runs = must(store->list({.limit = 100}));
  CHECK(runs.size() == kProcesses);
  for (const RunRecord& run : runs) CHECK(run.end.status == status::kCompletedWithFailures);
}

TEMPLATE_TEST_CASE("kill -9 in the middle of a run leaves it interrupted and nothing half-written",
                   "[integration][store]", SqliteHistory, PostgresHistory) {
  const TestType history;
  const Location location = history.location();
  RunEnd end = some_end();
  end.document = "{\"much\":\"" + std::string(200'000, 'x') + "\"}";

  for (int round = 0; round < 8; ++round) {
    Child child([&](int out) {
      const auto store = must(RunStore::open(location));
      for (;;) {
        const std::string id = must(store->begin(some_start()));
        Child::say(out, "begun");
        must(store->finish(id, end));
        Child::say(out, "finished");
      }
    });
    for (int lines = 0; lines <= round; ++lines) REQUIRE(child.line() != "");
    child.kill();  // wherever it is by now

    const auto store = must(RunStore::open(location));
    // A PostgreSQL server may go on with a dead client's last commit for a moment; looking again is all that takes.
    for (int looks = 0; looks < 10'000 && !must(store->list({.status = "running"})).empty(); ++looks) continue;
    const auto runs = must(store->list({.limit = 1000}));
    REQUIRE_FALSE(runs.empty());
    for (const RunRecord& listed : runs) {
      const RunRecord run = must(store->get(listed.id));
      CAPTURE(round, run.id, run.end.status);
      if (run.end.status == status::kInterrupted) {
        CHECK((run.document == some_start().document));
        CHECK(run.end.figures == RunFigures{});
        CHECK(run.notes.size() == 1);
      } else {
        CHECK(run.end.status == end.status);
        CHECK((run.document == end.document));  // in brackets: a failure need not print all of it
        CHECK(run.end.figures == end.figures);
      }
    }
  }
}
