#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace thresher::report {

/// How a person reads times: each in the unit that suits it, or all in one (--summary-time-unit).
enum class TimeUnit { automatic, seconds, milliseconds, microseconds };

/// "12,345".
std::string count_text(std::uint64_t count);
/// Three significant digits and never more than needed: "0", "0.05", "12.3", "1,235".
std::string quantity_text(double value);
/// "412us", "1.23ms", "12.3ms", "1.2s"; the unit follows `gap`, so that tables can do without.
std::string time_text(double microseconds, TimeUnit unit = TimeUnit::automatic, const char* gap = "");
/// "0.0%", "1.50%", "12.3%", "100%".
std::string ratio_text(double ratio);
/// "512 B", "1.2 kB", "3.4 MB" (powers of ten).
std::string bytes_text(double bytes);
/// "00:05", "12:34", "1:02:03".
std::string clock_text(Nanoseconds elapsed);

}  // namespace thresher::report
