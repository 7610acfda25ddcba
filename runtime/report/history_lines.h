#pragma once

#include <string>

#include "engine/run.h"
#include "report/run_description.h"

namespace thresher::report {

/// The lines of a run's history (plugins/validators/README.md): one JSON object each, with the time since the run
/// began, which never falls. Without line ends. One writer per reader of the history: each gets the same lines.
class HistoryLines {
 public:
  /// `run` must outlive this.
  explicit HistoryLines(const RunDescription& run) : run_(run) {}

  std::string begin() const;                            ///< the event `run`
  std::string line(const engine::HistoryEntry& entry);  ///< in the order told
  std::string end(const engine::HistoryPart& last);  ///< the event `run_end`; last.ended says whether it was cut short

 private:
  Nanoseconds since_start(TimePoint at);

  const RunDescription& run_;
  Nanoseconds last_{};
};

}  // namespace thresher::report
