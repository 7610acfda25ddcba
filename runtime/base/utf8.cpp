#include "base/utf8.h"

namespace thresher {

std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto is_between = [](unsigned value, unsigned low, unsigned high) { return value >= low && value <= high; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const bool tail1 = is_between(byte(1), 0x80, 0xBF), tail2 = is_between(byte(2), 0x80, 0xBF);
  if (is_between(first, 0xC2, 0xDF)) return tail1 ? 2 : 0;
  if (is_between(first, 0xE0, 0xEF)) {
    const bool second = is_between(byte(1), first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && tail2 ? 3 : 0;
  }
  if (!is_between(first, 0xF0, 0xF4)) return 0;
  const bool second = is_between(byte(1), first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
  return second && tail2 && is_between(byte(3), 0x80, 0xBF) ? 4 : 0;
}

}  // namespace thresher
