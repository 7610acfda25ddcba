// What every run history does, whatever it is kept in.
#include <catch2/catch.hpp>

#include "histories.h"
#include "store/run_id.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> ids_of(const std::vector<RunRecord>& runs) {
  std::vector<std::string> ids;
  for (const RunRecord& run : runs) ids.push_back(run.id);
  return ids;
}

/// A run begun and ended a minute after the last one.
std::string finished_run(RunStore& store, FakeWall& wall, const RunStart& start, RunEnd end = {}) {
  wall.advance(1min);
  const std::string id = must(store.begin(start));
  must(store.finish(id, end));
  return id;
}

}  // namespace

#define HISTORIES SqliteHistory, PostgresHistory

TEMPLATE_TEST_CASE("everything of a run comes back as it was written", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  const WallTime began = wall.now;
  const std::string id = must(store->begin(some_start()));
  CHECK(id.size() == kRunIdSize);

  RunRecord run = must(store->get(id));
  CHECK(run.running());
  CHECK(run.started == began);
  CHECK_FALSE(run.finished);
  CHECK(run.document == R"({"asked":true})");

  wall.advance(61s);
  must(store->finish(id, some_end()));
  run = must(must(RunStore::open(history.location(), options_at(wall)))->get(id));
  RunStart start = some_start();
  start.document.clear();
  RunEnd end = some_end();
  end.document.clear();
  CHECK(run.start == start);
  CHECK(run.end == end);
  CHECK(run.finished.value() == began + 61s);
  CHECK(run.document == some_end().document);
}

TEMPLATE_TEST_CASE("figures nobody observed stay absent", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  const std::string id = finished_run(*store, wall, {});
  const RunRecord run = must(store->get(id));
  CHECK(run.end == RunEnd{});
  CHECK_FALSE(run.end.exit_code);
  CHECK_FALSE(run.end.figures.latency_p50);
  CHECK_FALSE(run.end.figures.completion_rate);
}

TEMPLATE_TEST_CASE("text that is no UTF-8, or holds a NUL, does not lose the run", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  RunStart start = some_start();
  start.name = std::string("a\0b", 3);
  start.command_line = "thresher run caf\xe9.lua";
  start.files = {"caf\xe9.lua"};
  const RunRecord run = must(store->get(finished_run(*store, wall, start)));
  CHECK(run.start.name == "ab");
  CHECK(run.start.command_line == "thresher run caf\xef\xbf\xbd.lua");
  CHECK(run.start.files == std::vector<std::string>{"caf\xef\xbf\xbd.lua"});
}

TEMPLATE_TEST_CASE("runs are listed newest first, filtered and limited", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  RunStart start;
  start.name = "health_checks";
  start.profile = "100%_sure";
  const std::string first = finished_run(*store, wall, start);
  const WallTime between = wall.now + 1s;
  const std::string second = finished_run(*store, wall, some_start(), some_end());
  wall.advance(1s);
  const std::string third = must(store->begin(some_start(3)));

  const auto listed = [&](RunFilter filter) { return ids_of(must(store->list(filter))); };
  using Ids = std::vector<std::string>;
  CHECK(listed({}) == Ids{third, second, first});
  CHECK(listed({.limit = 2}) == Ids{third, second});
  CHECK(listed({.kind = "stress-test"}) == Ids{third, second});
  CHECK(listed({.kind = "stress-test", .status = "running"}) == Ids{third});
  CHECK(listed({.started_before = between}) == Ids{first});
  CHECK(listed({.text = "HEALTH_checks"}) == Ids{first});
  CHECK(listed({.text = "nightly"}) == Ids{third, second});
  CHECK(listed({.text = "0%_s"}) == Ids{first});  // % and _ mean themselves
  CHECK(listed({.text = "h_alth"}).empty());
  CHECK(listed({.text = "' OR 1=1 --"}).empty());
}

TEMPLATE_TEST_CASE("a person's word for a run finds its id", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  CHECK_THAT(error_of(store->resolve("last")), Contains("there are not so many runs"));
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(finished_run(*store, wall, {}));
  CHECK(must(store->resolve("last")) == ids[5]);
  CHECK(must(store->resolve("last~0")) == ids[5]);
  CHECK(must(store->resolve("last~2")) == ids[3]);
  CHECK_THAT(error_of(store->resolve("last~6")), Contains("last~6"));
  CHECK_THAT(error_of(store->resolve("last~x")), Contains("expected last or last~N"));
  CHECK_THAT(error_of(store->resolve("last~-1")), Contains("expected last or last~N"));
  CHECK(must(store->resolve(ids[2])) == ids[2]);
  CHECK(must(store->resolve(ids[2].substr(0, 11))) == ids[2]);
  CHECK_THAT(error_of(store->resolve(ids[2].substr(0, 4))),
             Contains("is the beginning of several runs: " + ids[5] + " " + ids[4]) && Contains("..."));
  CHECK_THAT(error_of(store->resolve("zzz")), Contains("there is no run 'zzz'") && Contains("thresher runs"));
  CHECK_THAT(error_of(store->resolve("%")), Contains("there is no run '%'"));
  CHECK_THAT(error_of(store->resolve("")), Contains("empty"));
}

TEMPLATE_TEST_CASE("notes are appended, to runs that ended too", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  const std::string id = must(store->begin(some_start()));
  must(store->annotate(id, "warm cache"));
  must(store->finish(id, some_end()));
  must(store->annotate(id, "the night of the outage"));
  const RunRecord run = must(store->get(id));
  REQUIRE(run.notes.size() == 2);
  CHECK(run.notes[0].text == "warm cache");
  CHECK(run.notes[1].text == "the night of the outage");
  CHECK_THAT(error_of(store->annotate("nobody", "x")), Contains("there is no run 'nobody'"));
}

TEMPLATE_TEST_CASE("a run ends once", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  const std::string id = finished_run(*store, wall, some_start(), some_end());
  const auto again = store->finish(id, {});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::not_found);
  CHECK_FALSE(store->heartbeat(id));
  RunEnd end = some_end();
  end.document.clear();
  CHECK(must(store->get(id)).end == end);
}

TEMPLATE_TEST_CASE("a run whose process is gone is interrupted by whoever looks next", "[integration][store]",
                   HISTORIES) {
  const TestType history;
  FakeWall wall;
  Owner dead = Owner::of_this_process();
  dead.started_ticks += 1;  // the process of that number started at another time: it is somebody else by now
  std::string id;
  {
    const auto store = must(RunStore::open(history.location(), options_at(wall, dead)));
    id = must(store->begin(some_start()));
    wall.advance(5s);
    must(store->heartbeat(id));
  }
  const WallTime last_sign = wall.now;
  wall.advance(1s);
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  const RunRecord run = must(store->get(id));
  CHECK(run.end.status == "interrupted");
  CHECK(run.finished.value() == last_sign);
  CHECK(run.document == R"({"asked":true})");
  CHECK_FALSE(run.end.exit_code);
  REQUIRE(run.notes.size() == 1);
  CHECK_THAT(run.notes[0].text, Contains("is gone; its last sign of life was at 2026-11-21T02:46:05Z"));
  must(store->list({}));
  CHECK(must(store->get(id)).notes.size() == 1);  // swept once
}

TEMPLATE_TEST_CASE("a run whose process died is taken over once, with how far it had come", "[integration][store]",
                   HISTORIES) {
  const TestType history;
  FakeWall wall;
  Owner dead = Owner::of_this_process();
  dead.started_ticks += 1;
  const auto killed = must(RunStore::open(history.location(), options_at(wall, dead)));
  const std::string id = must(killed->begin(some_start()));
  CHECK_FALSE(must(killed->progress_of(id)));
  must(killed->save_progress(id, "a quarter"));
  wall.advance(5s);
  must(killed->save_progress(id, "half of it"));
  const WallTime saved = wall.now;
  wall.advance(1min);

  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  CHECK(must(store->progress_of(id)).value().text == "half of it");
  CHECK(must(store->progress_of(id)).value().at == saved);
  must(store->take_over(id));
  const RunRecord run = must(store->get(id));
  CHECK(run.running());
  CHECK_FALSE(run.finished);
  CHECK(run.started == saved - 5s);
  CHECK_THAT(run.notes.at(0).text, Contains("; `thresher resume " + id + "` goes on with it"));
  CHECK_THAT(error_of(store->take_over(id)), Contains("goes on (process"));
  // Whoever had it can no longer touch it, should it be alive after all.
  CHECK_FALSE(killed->heartbeat(id));
  CHECK_FALSE(killed->save_progress(id, "late"));
  CHECK_FALSE(killed->finish(id, some_end()));
  CHECK(must(store->progress_of(id)).value().text == "half of it");

  must(store->finish(id, some_end()));
  CHECK_FALSE(must(store->progress_of(id)));
  CHECK_THAT(error_of(store->take_over(id)), Contains("has ended (completed_with_failures)"));
  CHECK_THAT(error_of(store->take_over("nobody")), Contains("there is no run 'nobody'"));
}

TEMPLATE_TEST_CASE("a run of another machine is given two minutes without a sign of life", "[integration][store]",
                   HISTORIES) {
  const TestType history;
  FakeWall wall;
  Owner elsewhere = Owner::of_this_process();
  elsewhere.boot = "another kernel";
  const auto far = must(RunStore::open(history.location(), options_at(wall, elsewhere)));
  const auto near = must(RunStore::open(history.location(), options_at(wall)));
  const std::string id = must(far->begin(some_start()));
  const auto status_now = [&] {
    must(near->list({}));
    return must(near->get(id)).end.status;
  };
  wall.advance(2min);
  CHECK(status_now() == "running");
  wall.advance(1ns);
  CHECK(status_now() == "interrupted");

  // It was only cut off: its next sign of life takes the guess back, and so does its end.
  must(far->heartbeat(id));
  CHECK(status_now() == "running");
  CHECK_FALSE(must(near->get(id)).finished);
  wall.advance(3min);
  CHECK(status_now() == "interrupted");
  must(far->finish(id, some_end()));
  CHECK(status_now() == "completed_with_failures");
}

TEMPLATE_TEST_CASE("only runs of the same kind and conditions, whole and valid, are comparable", "[integration][store]",
                   HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  const auto ended = [](std::string_view status, std::string validity) {
    RunEnd end;
    end.status = status;
    end.validity = std::move(validity);
    return end;
  };
  RunStart other_kind = some_start(), other_conditions = some_start(), other_seed = some_start(77);
  other_kind.kind = kind::kRun;
  other_conditions.conditions = R"({"chaos_rate":0.3,"scale":"small"})";
  const std::string good = finished_run(*store, wall, some_start(), ended(status::kCompleted, "VALID"));
  finished_run(*store, wall, other_kind, ended(status::kCompleted, "VALID"));
  finished_run(*store, wall, other_conditions, ended(status::kCompleted, "VALID"));
  finished_run(*store, wall, some_start(), ended(status::kInterrupted, "VALID"));
  finished_run(*store, wall, some_start(), ended(status::kTimeout, ""));
  finished_run(*store, wall, some_start(), ended(status::kCompleted, "INVALID"));
  const std::string failed = finished_run(*store, wall, other_seed, ended(status::kCompletedWithFailures, ""));
  const std::string judged = finished_run(*store, wall, some_start(), ended(status::kCompleted, "VALID"));
  finished_run(*store, wall, some_start(), ended(status::kCompleted, "VALID"));  // later: no baseline of an earlier one

  const RunRecord run = must(store->get(judged));
  CHECK(ids_of(must(store->comparable_before(run, 5))) == std::vector<std::string>{failed, good});
  CHECK(ids_of(must(store->comparable_before(run, 1))) == std::vector<std::string>{failed});
}

TEMPLATE_TEST_CASE("a removed run takes its document and notes along, one that goes on stays", "[integration][store]",
                   HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  const std::string id = finished_run(*store, wall, some_start(), some_end());
  must(store->annotate(id, "soon gone"));
  must(store->remove(id));
  CHECK_FALSE(store->get(id));
  CHECK_FALSE(store->remove(id));
  const auto database = history.database();
  for (const char* table : {"thresher_runs", "thresher_documents", "thresher_notes"})
    CHECK(must(database->execute(std::string("SELECT * FROM ") + table)).rows.empty());

  const std::string running = must(store->begin(some_start()));
  const auto refused = store->remove(running);
  CHECK_THAT(error_of(refused), Contains("still going on") && Contains("process"));
  CHECK(must(store->get(running)).running());
}

TEMPLATE_TEST_CASE("the runs of one kind and conditions have one baseline at most", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  RunStart elsewhere = some_start();
  elsewhere.conditions = R"({"users":99})";
  const std::string first = finished_run(*store, wall, some_start()), second = finished_run(*store, wall, some_start());
  const std::string other = finished_run(*store, wall, elsewhere);
  const auto is_baseline = [&](const std::string& id) { return must(store->get(id)).baseline; };

  CHECK_FALSE(is_baseline(first));
  must(store->set_baseline(first, true));
  must(store->set_baseline(other, true));
  CHECK(is_baseline(first));
  must(store->set_baseline(second, true));
  CHECK_FALSE(is_baseline(first));
  CHECK(is_baseline(second));
  CHECK(is_baseline(other));
  must(store->set_baseline(second, false));
  CHECK_FALSE(is_baseline(second));
  CHECK(is_baseline(other));
}

TEMPLATE_TEST_CASE("what measured nothing is refused as a baseline", "[integration][store]", HISTORIES) {
  const TestType history;
  FakeWall wall;
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  const std::string running = must(store->begin(some_start()));
  CHECK_THAT(error_of(store->set_baseline(running, true)), Contains("is running") && Contains("went to its end"));
  RunEnd invalid;
  invalid.validity = "INVALID";
  const std::string limited = finished_run(*store, wall, some_start(), invalid);
  CHECK_THAT(error_of(store->set_baseline(limited, true)), Contains("completed and INVALID"));
  CHECK_THAT(error_of(store->set_baseline("nobody", true)), Contains("there is no run 'nobody'"));
}
