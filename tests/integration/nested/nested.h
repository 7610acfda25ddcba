#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/subprocess.h"

namespace nested {

using nlohmann::json;

/// What `thresher nested` said: `report` is its standard output, when that is JSON.
struct Ran {
  thresher::support::Finished finished;
  json report;
};

/// `thresher nested` with these arguments.
Ran run_nested(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {},
               const std::string& folder = {});

/// The same in virtual time against the stand-in with these options (without braces), 20 workflows of the demo agent
/// unless the arguments say otherwise.
Ran rehearse_nested(const std::string& stand_in, std::vector<std::string> arguments);

/// `thresher rehearse scripts/nested_workflow.lua`: its JSON report.
json rehearse_script(const std::string& stand_in, std::vector<std::string> arguments);

/// How often a check of that report failed; -1 when it was never made.
int fails_of(const json& report, const std::string& check);

}  // namespace nested
