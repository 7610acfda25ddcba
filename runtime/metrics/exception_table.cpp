#include "metrics/exception_table.h"

#include <algorithm>

namespace thresher::metrics {

void ExceptionTable::add(std::string_view message, std::string_view traceback, std::uint64_t count) {
  auto place = by_message_.find(message);
  if (place == by_message_.end() && by_message_.size() >= kMax) {
    message = "(further exceptions, each with another message)";
    traceback = {};
    place = by_message_.find(message);
  }
  if (place == by_message_.end()) {
    place =
        by_message_.try_emplace(std::string(message), ExceptionCount{std::string(message), std::string(traceback), 0})
            .first;
  }
  place->second.count += count;
}

std::vector<ExceptionCount> ExceptionTable::sorted() const {
  std::vector<ExceptionCount> all;
  all.reserve(by_message_.size());
  for (const auto& [message, counted] : by_message_) all.push_back(counted);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  return all;
}

}  // namespace thresher::metrics
