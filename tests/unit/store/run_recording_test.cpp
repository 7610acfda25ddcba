#include "store/run_recording.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;

namespace {

/// What was asked of a store that remembers one run. The test outlives the recording that owns the store.
struct Asked {
  std::mutex mutex;
  std::condition_variable changed;
  int beats = 0;                      ///< under mutex
  std::vector<std::string> progress;  ///< under mutex
  bool fails = false;                 ///< every heartbeat
  std::optional<RunEnd> end;
  int beats_when_ended = 0;

  void wait_for_beats(int wanted) {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, 60s, [&] { return beats >= wanted; }));
  }
};

class FakeStore final : public RunStore {
 public:
  explicit FakeStore(Asked& asked) : asked_(asked) {}
  Result<std::string> begin(const RunStart&) override { return "a-run"; }
  Result<void> heartbeat(const std::string& id) override {
    const std::lock_guard lock(asked_.mutex);  // Catch's own checks are for the test's thread alone
    if (id == "a-run") ++asked_.beats;
    asked_.changed.notify_all();
    if (asked_.fails) return fail(ErrorCode::io, "the disk is full");
    return {};
  }
  Result<void> save_progress(const std::string& id, std::string_view progress) override {
    const std::lock_guard lock(asked_.mutex);
    if (id == "a-run") asked_.progress.emplace_back(progress);
    asked_.changed.notify_all();
    return {};
  }
  Result<std::optional<RunProgress>> progress_of(const std::string&) override { return unused(); }
  Result<void> take_over(const std::string&) override { return unused(); }
  Result<void> finish(const std::string& id, const RunEnd& end) override {
    CHECK(id == "a-run");
    const std::lock_guard lock(asked_.mutex);
    asked_.end = end;
    asked_.beats_when_ended = asked_.beats;
    return {};
  }
  Result<void> set_baseline(const std::string&, bool) override { return {}; }
  Result<void> annotate(const std::string&, std::string_view) override { return unused(); }
  Result<std::vector<RunRecord>> list(const RunFilter&) override { return unused(); }
  Result<RunRecord> get(const std::string&) override { return unused(); }
  Result<std::string> resolve(std::string_view) override { return unused(); }
  Result<std::vector<RunRecord>> comparable_before(const RunRecord&, std::size_t) override { return unused(); }
  Result<void> remove(const std::string&) override { return unused(); }

 private:
  static tl::unexpected<Error> unused() { return fail(ErrorCode::internal, "nobody asks this"); }
  Asked& asked_;
};

std::unique_ptr<RunRecording> recording_of(Asked& asked, Nanoseconds interval) {
  auto recording = RunRecording::begin(std::make_unique<FakeStore>(asked), {}, interval);
  REQUIRE(recording);
  return std::move(*recording);
}

}  // namespace

TEST_CASE("a recording gives signs of life until it is finished, and none after", "[unit][store]") {
  Asked asked;
  const auto recording = recording_of(asked, 1ms);
  CHECK(recording->id() == "a-run");
  asked.wait_for_beats(5);
  REQUIRE(recording->finish({}));
  CHECK(asked.end);
  CHECK(asked.beats_when_ended == asked.beats);
}

TEST_CASE("progress is saved at once, by the thread that gives signs of life", "[unit][store]") {
  Asked asked;
  const auto recording = recording_of(asked, 1h);
  recording->save_progress("a third");
  std::unique_lock lock(asked.mutex);
  REQUIRE(asked.changed.wait_for(lock, 60s, [&] { return asked.progress == std::vector<std::string>{"a third"}; }));
}

TEST_CASE("a finished run has the figures and validity of its last snapshot", "[unit][store]") {
  Asked asked;
  const auto recording = recording_of(asked, 1h);
  engine::Snapshot snapshot;
  const metrics::Totals totals;
  snapshot.totals = &totals;
  snapshot.validity.state = engine::ValidityState::degraded;
  recording->on_finish(snapshot);
  RunEnd end;
  end.verdict = "PASSED";
  end.document = "{}";
  REQUIRE(recording->finish(end));
  CHECK(asked.end->validity == "DEGRADED");
  CHECK(asked.end->verdict == "PASSED");
  CHECK(asked.end->document == "{}");
  CHECK(asked.end->figures == RunFigures{});
}

TEST_CASE("an hour between signs of life does not delay the end by one", "[unit][store]") {
  Asked asked;
  auto recording = recording_of(asked, 1h);
  REQUIRE(recording->finish({}));
  CHECK(asked.beats == 0);
  recording.reset();
}

TEST_CASE("a recording that is dropped ends nothing: its run stays open for the sweep", "[unit][store]") {
  Asked asked;
  recording_of(asked, 1h).reset();
  CHECK_FALSE(asked.end);
}

TEST_CASE("heartbeats that fail do not stop the run or its end", "[unit][store]") {
  Asked asked;
  asked.fails = true;
  const auto recording = recording_of(asked, 1ms);
  asked.wait_for_beats(3);
  CHECK(recording->finish({}));
}
