#include "control/line_reader.h"

#include <utility>

namespace thresher::control {

bool LineReader::add(std::string_view bytes, const std::function<bool(std::string_view)>& on_line) {
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    if (begun_.size() + end > longest_) return false;
    std::string_view line = bytes.substr(0, end);
    const std::string whole = begun_.empty() ? std::string() : std::exchange(begun_, {}).append(line);
    if (!whole.empty()) line = whole;
    if (!on_line(line)) return true;
    bytes.remove_prefix(end + 1);
  }
  if (begun_.size() + bytes.size() > longest_) return false;
  begun_.append(bytes);
  return true;
}

}  // namespace thresher::control
