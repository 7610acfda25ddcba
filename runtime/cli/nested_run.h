#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/nested_options.h"
#include "cli/nested_stage.h"

namespace thresher::cli {

/// A scenario that only has to be run: all that can be wrong in what people wrote has been found.
struct PreparedNested {
  NestedOptions options;                ///< with its seed
  std::vector<std::string> body_parts;  ///< of a template; empty: none
};
/// Checks the options and reads the template.
Result<PreparedNested> prepare_nested(NestedOptions options, std::uint64_t seed);

struct NestedOutcome {
  nlohmann::ordered_json report;  ///< the public script's JSON of one scenario, "scenario" included
  bool work_failed = false;       ///< a workflow did not succeed, or never ended
  bool interrupted = false;
  bool invalid = false;       ///< the generator was the limit
  bool stuck_worker = false;  ///< its thread cannot be joined: leave through std::quick_exit
};
/// Runs one scenario to its end, or to Ctrl-C: once lets workflows in progress end, twice does not. Progress goes to
/// standard error unless the options say quiet.
Result<NestedOutcome> run_nested(const PreparedNested& prepared, NestedStage& stage);

}  // namespace thresher::cli
