#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace thresher::control {

/// Cuts bytes as they come into lines.
class LineReader {
 public:
  /// `longest`: bytes that a line may have.
  explicit LineReader(std::size_t longest) : longest_(longest) {}

  /// Gives each line that is complete by now to `on_line`, without its end. When that returns false the rest is
  /// forgotten, and the reader may have been destroyed. False: a line is too long to be one of ours.
  bool add(std::string_view bytes, const std::function<bool(std::string_view)>& on_line);

 private:
  std::size_t longest_;
  std::string begun_;  ///< a line whose end has not come
};

}  // namespace thresher::control
