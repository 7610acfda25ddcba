#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/run.h"
#include "metrics/recorder.h"
#include "metrics/threshold.h"
#include "metrics/totals.h"
#include "profile/plan.h"
#include "report/run_description.h"

namespace thresher::report {

/// A run made by hand: requests, iterations and checks go through a real Recorder into real Totals, a second at a time.
/// It began at 2026-11-21T02:46:00Z; nothing in it depends on the machine.
class FakeRun {
 public:
  struct Request {
    std::string method = "GET", name = "/health";
    std::chrono::microseconds duration{};
    int status = 200;
    Outcome outcome = Outcome::ok;
    std::uint64_t bytes = 500;
    std::string group = {};
    metrics::Tags tags = {};
    const metrics::SampleDetail* detail = nullptr;
    std::string url = {}, said = {};
  };

  explicit FakeRun(bool keep_samples = false);
  FakeRun(const FakeRun&) = delete;
  FakeRun& operator=(const FakeRun&) = delete;

  void request(const Request& request, int times = 1);
  void check(const std::string& name, int passes, int fails, const std::string& group = {});
  void iteration(std::chrono::microseconds lateness, std::chrono::microseconds service_time, int times = 1);
  void count(const std::string& metric, double value);
  void exception(const std::string& message, const std::string& traceback, int times = 1);
  /// Judged by nobody: the verdict is what the test says.
  void threshold(const std::string& selector, const std::string& expression, metrics::ThresholdState state,
                 double observed = 0, std::uint64_t samples = 1);

  /// Everything since the last call becomes a second of the run.
  const engine::Snapshot& second();

  const metrics::Totals& totals() const { return totals_; }
  engine::Snapshot& snapshot() { return snapshot_; }
  engine::RunSummary summary() const;
  WallTime wall() const { return snapshot_.wall; }

  profile::Plan plan;
  RunDescription run;
  /// Where the next second's samples are stamped: its beginning plus this much.
  Nanoseconds within_second = std::chrono::milliseconds(250);

 private:
  TimePoint now() const { return TimePoint{} + std::chrono::hours(1) + snapshot_.elapsed; }

  std::unique_ptr<metrics::Recorder> recorder_;
  metrics::Totals totals_;
  std::deque<metrics::Threshold> thresholds_;
  std::vector<metrics::ThresholdVerdict> verdicts_;
  engine::Snapshot snapshot_;
};

/// A short closed-model run with most things a report can show: the same one for all golden texts.
class EventfulRun : public FakeRun {
 public:
  EventfulRun();
};

/// A folder of its own, gone with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string contents_of(const std::filesystem::path& path);

}  // namespace thresher::report
