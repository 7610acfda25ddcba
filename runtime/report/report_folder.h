#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "report/output.h"
#include "report/run_description.h"

namespace thresher::report {

/// --report-dir DIR: the files of one run, named after its profile and when it was made, so that runs gather side by
/// side (CONVENTIONS): DIR/PROFILE_TIMESTAMP.html, Locust's CSV files PROFILE_TIMESTAMP_stats.csv and so on, and
/// PROFILE_TIMESTAMP.log in a folder `logs` beside DIR. The log has what a terminal would have shown: a line every ten
/// seconds, every event, and the whole report at the end.
class ReportFolder : public Output {
 public:
  /// `run` must outlive it.
  static Result<std::unique_ptr<ReportFolder>> open(const std::filesystem::path& folder, const RunDescription& run);
};

/// "light_20261121_024600": the profile, else the first scenario, with what no file name should hold replaced by `_`;
/// the time is UTC.
std::string report_stem(const RunDescription& run);

/// Where the logs of reports in `folder` go: "logs" beside it. A folder without a name of its own ("." or "/") keeps
/// them inside.
std::filesystem::path logs_folder_of(const std::filesystem::path& folder);

}  // namespace thresher::report
