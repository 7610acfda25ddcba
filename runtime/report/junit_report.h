#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/run.h"
#include "report/output.h"
#include "report/run_description.h"
#include "report/verdict.h"

namespace thresher::report {

/// --junit FILE: the run as the test cases a CI system shows. Suites: `run` (its verdict and exit code), `validity`
/// when there was load, `thresholds`, `checks`, and `oracle` when validators were asked. A failure says what was
/// observed. The file is red whenever the exit code is not 0: what had nothing to judge is a failure of type NO_DATA,
/// as it is in the exit code. It can also be red when the exit code is 0: a check that was ever false is a failure
/// here, with its share.
class JunitReport : public Output {
 public:
  /// `run` must outlive the report.
  static Result<std::unique_ptr<JunitReport>> open(const std::filesystem::path& path, const RunDescription& run);
};

/// The file's text. Pure.
std::string junit_report_text(const RunDescription& run, const engine::Snapshot& snapshot,
                              const engine::RunSummary& summary);

}  // namespace thresher::report
