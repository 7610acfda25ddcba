#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "thresher/random.hpp"

namespace leveredge {

/// So many words about something; the first sentence names it.
std::vector<std::string> words_about(std::string_view subject, std::size_t count, thresher::Random& random);
std::string prose_about(std::string_view subject, std::size_t count, thresher::Random& random);
/// Words between blanks.
std::size_t count_words(std::string_view text);

}  // namespace leveredge
