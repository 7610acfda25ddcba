#pragma once

#include <string>
#include <string_view>

#include "thresher/plugin.h"

namespace thresher::plugin {

/// What is wrong with what a validator said, as the end of "it broke its contract: ..."; empty when nothing is.
std::string violation_breach(const thresher_violation* violation);
std::string finding_breach(const thresher_finding* finding);
std::string document_breach(thresher_text name, thresher_text json);

}  // namespace thresher::plugin
