#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/recorder.h"

namespace thresher::metrics {

/// Counts script errors by message and keeps the first traceback of each. A script that puts a number into its message
/// could make millions of them: beyond kMax the rest are counted as one.
class ExceptionTable {
 public:
  static constexpr std::size_t kMax = 1000;

  void add(std::string_view message, std::string_view traceback, std::uint64_t count);
  /// By count, most first; then by message.
  std::vector<ExceptionCount> sorted() const;
  void clear() { by_message_.clear(); }

 private:
  std::map<std::string, ExceptionCount, std::less<>> by_message_;
};

}  // namespace thresher::metrics
