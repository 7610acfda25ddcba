#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/json_number.h"
#include "report/text_layout.h"

namespace thresher::cli {

// What `thresher status` prints for a person, from what runs answer to `status` and tell those who watch
// (runtime/control/README.md). Pure; what a run of another version leaves out is left out.

/// All that go on, a row each; `runs`: the answers.
std::string status_text(const std::vector<report::Json>& runs, const report::Look& look);

/// One event of a run that is watched, as lines with their ends; empty for what says nothing new.
std::string event_text(std::string_view event, const report::Json& data, const report::Look& look);

}  // namespace thresher::cli
