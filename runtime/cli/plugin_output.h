#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "plugin/registry.h"
#include "report/output.h"
#include "report/run_description.h"

namespace thresher::cli {

/// --out NAME or NAME={json}: an output plugin as a report. It hears of the run's beginning when it is made, so that
/// one that cannot begin (a database that is not there) is an error before anything is sent. `run` outlives it.
Result<std::unique_ptr<report::Output>> open_plugin_output(const plugin::OutputType& type, std::string_view config,
                                                           const report::RunDescription& run);

}  // namespace thresher::cli
