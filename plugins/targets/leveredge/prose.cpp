#include "prose.h"

#include <iterator>

namespace leveredge {
namespace {

constexpr const char* kWords[] = {"agents",  "plan",   "measure", "before", "they",   "act",     "teams", "share",
                                  "context", "early",  "a",       "queue",  "grows",  "when",    "work",  "waits",
                                  "clear",   "limits", "keep",    "costs",  "low",    "small",   "steps", "ship",
                                  "faster",  "review", "finds",   "what",   "drafts", "missed.", "and",   "so"};

template <class Take>
void each_word(std::string_view text, Take take) {
  for (std::size_t at = text.find_first_not_of(" \t\n"); at != std::string_view::npos;) {
    const std::size_t end = text.find_first_of(" \t\n", at);
    take(text.substr(at, end == std::string_view::npos ? end : end - at));
    at = end == std::string_view::npos ? end : text.find_first_not_of(" \t\n", end);
  }
}

}  // namespace

std::vector<std::string> words_about(std::string_view subject, std::size_t count, thresher::Random& random) {
  std::vector<std::string> words{"On"};
  each_word(subject, [&](std::string_view word) {
    if (words.size() < count) words.emplace_back(word);
  });
  while (words.size() < count) words.emplace_back(kWords[random.below(std::size(kWords))]);
  return words;
}

std::string prose_about(std::string_view subject, std::size_t count, thresher::Random& random) {
  std::string text;
  for (const std::string& word : words_about(subject, count, random)) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::size_t count_words(std::string_view text) {
  std::size_t count = 0;
  each_word(text, [&count](std::string_view) { ++count; });
  return count;
}

}  // namespace leveredge
