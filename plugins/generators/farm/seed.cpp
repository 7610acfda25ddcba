#include "seed.h"

#include <charconv>

namespace farm {

void Seed::append_to(std::string& out) const {
  char digits[24];
  if (negative_) out.push_back('-');
  out.append(digits, std::to_chars(digits, digits + sizeof digits, magnitude_).ptr);
}

}  // namespace farm
