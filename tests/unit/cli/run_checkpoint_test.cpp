#include "cli/run_checkpoint.h"

#include <catch2/catch.hpp>
#include <limits>

#include "support/fake_rehearsal.h"

using namespace thresher;
using namespace thresher::cli;
using namespace thresher::test;
using Catch::Matchers::Contains;

namespace {

/// A run in virtual time whose checkpoints are kept. A checkpoint costs `cost` of the fake clock.
struct SavedRun {
  FakeRehearsal rehearsal;
  report::RunDescription description;
  TimePoint now{};
  std::vector<std::string> saved;
  RunCheckpoints checkpoints;

  explicit SavedRun(Nanoseconds length, Nanoseconds cost = 0ns)
      : rehearsal(constant_users(3, length), script()),
        checkpoints(
            rehearsal.run(), description, CheckpointWriter({"run", "a b.lua", "--users", "3"}, "/home/me"),
            [this, cost] { return now += cost; }, [this](std::string text) { saved.push_back(std::move(text)); }) {
    rehearsal.run().observe(checkpoints);
  }
  static FakeScript script() {
    FakeScript script;
    script.service = [](auto, auto&) { return 100ms; };
    script.setup_result = "{\"made\":17}";
    return script;
  }
};

}  // namespace

TEST_CASE("everything of a checkpoint is read back as it was", "[unit][cli]") {
  SavedRun run(12s);
  run.rehearsal.go();
  REQUIRE(run.saved.size() == 2);
  const RunCheckpoint first = parse_checkpoint(run.saved[0]).value();
  const RunCheckpoint second = parse_checkpoint(run.saved[1]).value();
  CHECK(first.arguments == std::vector<std::string>{"run", "a b.lua", "--users", "3"});
  CHECK(first.folder == "/home/me");
  CHECK(first.progress.elapsed == 5s);
  CHECK(second.progress.elapsed == 10s);
  CHECK(second.progress.offset == 10s);
  CHECK(second.progress.setup_data == "{\"made\":17}");
  CHECK(second.progress.users_most == 3);
  CHECK(second.progress.worker_cpu.size() == 1);
  CHECK_FALSE(second.progress.users_asked);
  CHECK(second.seconds.elapsed_s.size() == 10);
  CHECK_FALSE(second.seconds.p50_ms[0]);
  const auto iterations = std::find_if(second.series.begin(), second.series.end(),
                                       [](const auto& series) { return series.metric.name == "iterations"; });
  REQUIRE(iterations != second.series.end());
  CHECK(iterations->counter.sum == static_cast<double>(second.progress.work.ended));
  CHECK(iterations->tag("scenario") == "s0");
  const auto durations = std::find_if(second.series.begin(), second.series.end(),
                                      [](const auto& series) { return series.metric.name == "iteration_duration"; });
  REQUIRE(durations != second.series.end());
  CHECK(durations->trend.count() == second.progress.work.ended);
  CHECK(durations->trend.exact().sum == 100'000 * durations->trend.count());
}

TEST_CASE("a restored run's totals are those that were saved, and go on", "[unit][cli]") {
  SavedRun run(7s);
  run.rehearsal.go();
  RunCheckpoint checkpoint = parse_checkpoint(run.saved.at(0)).value();
  engine::Run::Options options;
  options.continued = std::make_shared<engine::Continuation>();
  options.continued->progress = std::make_shared<const engine::Progress>(checkpoint.progress);
  options.continued->totals.restore(std::move(checkpoint.series), checkpoint.exceptions, checkpoint.overflowed_series);
  FakeRehearsal rest{constant_users(3, 7s), SavedRun::script(), options};
  rest.go();
  CHECK(rest.summary.elapsed == 7s);
  // The three that were in progress when it was saved are lost, and said to be interrupted.
  CHECK(rest.log.counters["iterations"] == run.rehearsal.log.counters["iterations"] - 3);
  CHECK(rest.summary.interrupted_iterations == run.rehearsal.summary.interrupted_iterations + 3);
  const metrics::Histogram& durations = rest.log.trends["iteration_duration"];
  CHECK(durations.exact().sum == 100'000 * durations.count());
}

TEST_CASE("checkpoints that are dear come rarely", "[unit][cli]") {
  SavedRun run(60s, 200ms);  // a hundredth of a core: one in twenty seconds
  run.rehearsal.go();
  CHECK(run.saved.size() == 3);
}

TEST_CASE("a damaged checkpoint is refused with what is wrong", "[unit][cli]") {
  SavedRun run(6s);
  run.rehearsal.go();
  const std::string whole = run.saved.at(0);
  const auto broken = [&whole](const std::string& part, const std::string& by) {
    std::string text = whole;
    text.replace(text.find(part), part.size(), by);
    const auto parsed = parse_checkpoint(text);
    return parsed ? std::string("(it did not fail)") : parsed.error().message;
  };
  CHECK_THAT(broken("{", ""), Contains("what was saved of the run cannot be read"));
  CHECK_THAT(broken("\"format\":1", "\"format\":2"), Contains("another version of thresher"));
  CHECK_THAT(broken("\"HISTFAAAA", "\"HISTFBBBB"), Contains("the histogram of") && Contains("is damaged"));
  CHECK_THAT(broken("\"kind\":0", "\"kind\":9"), Contains("9 is no kind of a metric"));
  CHECK_THAT(broken("\"elapsed_s\":[", "\"elapsed_s\":[7,"), Contains("its seconds are of unequal number"));
  CHECK_THAT(broken("\"users_most\"", "\"most\""), Contains("users_most"));
  for (std::size_t length = 0; length < whole.size(); length += 97)
    CHECK_FALSE(parse_checkpoint(whole.substr(0, length)));
}

TEST_CASE("figures that JSON does not have are read as nothing", "[unit][cli]") {
  metrics::Totals totals;
  metrics::Series series;
  series.metric = {.name = "odd", .kind = metrics::MetricKind::counter};
  series.counter = {.sum = std::numeric_limits<double>::infinity(), .count = 2};
  totals.restore({series}, {{"x.lua:1: \xff", "", 3}}, 4);
  CheckpointWriter writer({}, "");
  const RunCheckpoint read = parse_checkpoint(writer.text({}, totals, {})).value();
  CHECK(read.series.at(0).counter.sum == 0);
  CHECK(read.series.at(0).counter.count == 2);
  CHECK(read.exceptions.at(0).message == "x.lua:1: \xEF\xBF\xBD");
  CHECK(read.overflowed_series == 4);
}
