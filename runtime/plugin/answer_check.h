#pragma once

#include <string>

#include "thresher/plugin.h"

namespace thresher::plugin {

/// What is wrong with an answer, as the end of "it broke its contract: ..."; empty when nothing is. Runs for every
/// answer of a stand-in, so the good path builds no text.
std::string answer_breach(const thresher_answer* answer);

}  // namespace thresher::plugin
