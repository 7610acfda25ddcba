#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "thresher/plugin.h"

namespace thresher::plugin {

/// What is wrong with an answer, as the end of "it broke its contract: ..."; empty when nothing is. Runs for every
/// answer of a stand-in, so the good path builds no text.
std::string answer_breach(const thresher_answer* answer);

/// The chunks of a streamed answer whose struct_size reaches them. The error ends a sentence about the stream.
Result<std::vector<const thresher_chunk*>> read_chunks(const thresher_answer& answer);

}  // namespace thresher::plugin
