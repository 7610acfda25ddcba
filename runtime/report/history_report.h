#pragma once

#include <filesystem>
#include <memory>

#include "report/output.h"
#include "report/run_description.h"

namespace thresher::report {

/// --history FILE: the run's history as JSON Lines, which `thresher validate` reads again. Written about once a second,
/// in whole lines: a kill loses the last second, and the reader sees that `run_end` is missing. FILE.gz is compressed.
class HistoryReport : public Output {
 public:
  /// `run` must outlive it.
  static Result<std::unique_ptr<HistoryReport>> open(const std::filesystem::path& path, const RunDescription& run);
};

}  // namespace thresher::report
