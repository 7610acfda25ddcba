#include "engine/history_merge.h"

#include <catch2/catch.hpp>

#include "support/fake_rehearsal.h"

using namespace thresher;
using namespace thresher::engine;
using namespace thresher::test;

namespace {

TimePoint at(Nanoseconds offset) { return TimePoint{offset}; }

std::vector<std::string> texts(const std::vector<HistoryEntry>& entries) {
  std::vector<std::string> all;
  for (const HistoryEntry& entry : entries) all.push_back(entry.text);
  return all;
}

using Texts = std::vector<std::string>;

/// Remembers what a run's history said, and when in the run's course it said so.
struct HistoryLog final : RunObserver {
  void on_history(const HistoryPart& part) override {
    for (const HistoryEntry& entry : part.entries) told.push_back(entry);
    ends += part.ended != nullptr ? 1 : 0;
    if (run != nullptr && !part.entries.empty())
      run->recorder().counter(*metrics::builtin_metric("oracle_violations"), {}).add(1);
  }
  void on_finish(const Snapshot& s) override { counted = s.totals->aggregate("oracle_violations").counter.sum; }
  Run* run = nullptr;
  std::vector<HistoryEntry> told;
  int ends = 0;
  double counted = 0;
};

}  // namespace

TEST_CASE("history is held back until no worker can tell of anything earlier", "[unit][engine]") {
  HistoryMerge merge{2};
  merge.add(0, {{at(3ms), "c"}, {at(9ms), "e"}}, at(10ms));
  CHECK(merge.take(false).empty());  // worker 1 has not been heard
  merge.add(1, {{at(1ms), "a"}, {at(2ms), "b"}, {at(4ms), "d"}}, at(5ms));
  CHECK(texts(merge.take(false)) == Texts{"a", "b", "c", "d"});
  merge.add(1, {}, at(20ms));
  CHECK(texts(merge.take(false)) == Texts{"e"});
}

TEST_CASE("of one moment, a lower worker's events come first, in the order recorded", "[unit][engine]") {
  HistoryMerge merge{3};
  merge.add(2, {{at(1ms), "5"}}, at(1ms));
  merge.add(1, {{at(1ms), "3"}, {at(1ms), "4"}}, at(1ms));
  merge.add(0, {{at(1ms), "1"}, {at(1ms), "2"}}, at(1ms));
  CHECK(texts(merge.take(false)) == Texts{"1", "2", "3", "4", "5"});
}

TEST_CASE("a worker that is gone, or the end, holds nothing back", "[unit][engine]") {
  HistoryMerge merge{2};
  merge.add(0, {{at(5ms), "a"}}, at(6ms));
  merge.gone(1);
  CHECK(texts(merge.take(false)) == Texts{"a"});
  merge.add(0, {{at(8ms), "b"}}, at(7ms));
  CHECK(merge.take(false).empty());
  CHECK(texts(merge.take(true)) == Texts{"b"});
}

TEST_CASE("what runners record reaches observers once, in order, and before the figures", "[unit][engine]") {
  FakeScript script;
  script.service = [](auto, auto&) { return 100ms; };
  script.on_begin = [](const WorkerContext& context, UserNumber user, const Iteration& iteration) {
    context.run->record("{\"event\":\"" + std::to_string(user) + "/" + std::to_string(iteration.number) + "\"}");
  };
  profile::Plan plan = constant_users(4, 3s);
  plan.workers = 2;
  HistoryLog log;
  FakeRehearsal rehearsal{std::move(plan), script};
  rehearsal.run().observe(log);
  log.run = &rehearsal.run();
  rehearsal.go();
  CHECK(log.told.size() == 4 * 30);
  CHECK(log.ends == 1);
  CHECK(log.counted >= 3);  // a second's history counts in its figures
  for (std::size_t i = 1; i < log.told.size(); ++i) CHECK(log.told[i - 1].at <= log.told[i].at);
  CHECK(log.told.front().text == "{\"event\":\"0/0\"}");
  CHECK(log.told[1].text == "{\"event\":\"2/0\"}");  // worker 0 has the even users
}
