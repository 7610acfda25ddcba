#pragma once

#include <filesystem>
#include <functional>
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
  /// The same text, given to `taker` when the run is concluded.
  using Taker = std::function<Result<void>(const std::string& text)>;
  static std::unique_ptr<JsonReport> to(Taker taker, const RunDescription& run);
};

/// What is known of a run before it starts: the document's `run` and `plan`. Pure.
std::string json_run_text(const RunDescription& run);
/// How a run stands: elapsed_s, phase, users, in_flight, iterations, requests, checks, thresholds, validity, all since
/// the start. Pure.
std::string json_second_text(const engine::Snapshot& snapshot);

/// The file's text. Pure.
std::string json_report_text(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds,
                             const engine::RunSummary& summary);

}  // namespace thresher::report
