#include "oracle/recent.h"

#include <fmt/format.h>

namespace oracle {

std::string clock_text(std::int64_t t) { return fmt::format("{:.3f} ms", static_cast<double>(t) / 1e6); }

}  // namespace oracle
