#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/run.h"
#include "report/run_description.h"
#include "report/text_layout.h"
#include "report/verdict.h"

namespace thresher::report {

/// What a person reads after a run, down to and with its validity; everything here comes from the last snapshot. Ends
/// with a line end. Pure.
std::string render_figures(const RunDescription& run, const engine::Snapshot& snapshot, const Look& look);

/// The warning signs (warning_signs.h) as a section of that report; empty when there are none. Pure.
std::string render_warnings(const std::vector<std::string>& signs, const Look& look);

/// The rest: the verdict, how to repeat the run, and where files went. Pure.
std::string render_conclusion(const RunDescription& run, const engine::RunSummary& summary, const Verdict& verdict,
                              const std::vector<std::filesystem::path>& files, const Look& look);

/// The command that repeats the run: the one typed, with its seed if it had none.
std::string reproduction_of(const RunDescription& run);

}  // namespace thresher::report
