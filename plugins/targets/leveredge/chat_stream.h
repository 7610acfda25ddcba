#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conduct.h"
#include "thresher/plugin.hpp"

namespace leveredge {

/// What a chat completion is to say.
struct Completion {
  std::string id;
  std::string_view model;
  std::vector<std::string> words;  ///< a token each
  std::size_t prompt_tokens = 0;
};

/// A completion as server-sent events in OpenAI's shape: a chunk with the role only, a chunk a token, the finish
/// reason, the usage, [DONE]. The first token comes `first_token` after the head, the others `gap` apart. With a fault,
/// what that makes of it.
thresher::Answer stream_of(const Completion& completion, std::chrono::nanoseconds first_token,
                           std::chrono::nanoseconds gap, const StreamFault* fault);

}  // namespace leveredge
