#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/run.h"
#include "report/second_series.h"

namespace thresher::cli {

/// What it takes to let a run go on in another process.
struct RunCheckpoint {
  std::vector<std::string> arguments{};  ///< of the command line, "run" first
  std::string folder{};                  ///< that it was typed in
  engine::Progress progress{};
  std::vector<metrics::Series> series{};
  std::vector<metrics::ExceptionCount> exceptions{};
  std::uint64_t overflowed_series = 0;
  report::SecondSeries seconds{};
};

/// Reads what CheckpointWriter wrote. The error says what is wrong with it.
Result<RunCheckpoint> parse_checkpoint(std::string_view text);

/// Writes checkpoints of one run as JSON. Remembers the text of series that rest, so that a run with thousands of
/// endpoints pays for those it used since the last one.
class CheckpointWriter {
 public:
  CheckpointWriter(std::vector<std::string> arguments, std::string folder)
      : arguments_(std::move(arguments)), folder_(std::move(folder)) {}

  std::string text(const engine::Progress& progress, const metrics::Totals& totals,
                   const report::SecondSeries& seconds);

 private:
  struct Written {
    WallTime last_seen{};
    std::string text;
  };

  std::vector<std::string> arguments_;
  std::string folder_;
  std::map<const metrics::Series*, Written> written_;
};

/// Hands over a checkpoint every kInterval of load: more rarely when they are dear, so that they take no more than one
/// hundredth of a core. Coordinator's thread.
class RunCheckpoints final : public engine::RunObserver {
 public:
  static constexpr Nanoseconds kInterval = std::chrono::seconds(5);
  static constexpr int kCostShare = 100;

  /// `run`, `description` and `clock` outlive it. `clock` tells what a checkpoint costs.
  RunCheckpoints(const engine::Run& run, const report::RunDescription& description, CheckpointWriter writer,
                 std::function<TimePoint()> clock, std::function<void(std::string)> save);

  void on_second(const engine::Snapshot& snapshot) override;

 private:
  const engine::Run& run_;
  CheckpointWriter writer_;
  std::function<TimePoint()> clock_;
  std::function<void(std::string)> save_;
  report::SecondSeries seconds_;
  Nanoseconds due_;
};

}  // namespace thresher::cli
