#pragma once

#include <cstddef>
#include <string_view>

namespace thresher {

/// Length of the well-formed UTF-8 sequence that `text` begins with (Unicode, table 3-7); 0 when there is none.
std::size_t utf8_length(std::string_view text);

}  // namespace thresher
