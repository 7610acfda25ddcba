#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "report/output.h"
#include "report/run_description.h"
#include "report/second_series.h"

namespace thresher::report {

/// Our own --json: everything a report or a comparison of runs could want. The README describes the document. Equal
/// runs give equal bytes: nothing in it comes from anywhere but the arguments, keys have a fixed order and numbers one
/// spelling.
class JsonReport : public Output {
 public:
  /// `path` "-" is standard output. `run` must outlive the report.
  static Result<std::unique_ptr<JsonReport>> open(const std::filesystem::path& path, const RunDescription& run);
};

/// The file's text. Pure.
std::string json_report_text(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds,
                             const engine::RunSummary& summary);

}  // namespace thresher::report
