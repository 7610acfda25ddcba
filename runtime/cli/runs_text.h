#pragma once

#include <string>
#include <vector>

#include "cli/runs_json.h"
#include "report/text_layout.h"
#include "store/run_record.h"

namespace thresher::cli {

// What `thresher runs` and `show` print for a person, no line wider than the look's width as far as the most
// important columns allow. Pure.
std::string runs_text(const std::vector<store::RunRecord>& runs, const report::Look& look);
std::string run_text(const store::RunRecord& run, const Baselines& baselines, const report::Look& look);

/// A run in one line: "1m7y01sr0ynq  2026-11-21T02:46:00Z  health_checks  completed".
std::string run_line(const store::RunRecord& run);

}  // namespace thresher::cli
