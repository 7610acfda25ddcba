#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "report/output.h"
#include "report/trend_stats.h"

namespace thresher::report {

/// k6's --summary-export file, for the scripts and dashboards that read it.
class SummaryExport : public Output {
 public:
  struct Options {
    std::filesystem::path path;
    std::vector<TrendStat> trend_stats;
  };
  static Result<std::unique_ptr<SummaryExport>> open(Options options);
};

/// The file's text. Times are milliseconds: k6's --summary-time-unit changes its screen, never this file. As in k6 a
/// threshold's value says whether it FAILED; one without data did not. Pure.
std::string summary_export_text(const engine::Snapshot& snapshot, const std::vector<TrendStat>& trend_stats);

}  // namespace thresher::report
