#include "report/number_text.h"

#include <fmt/format.h>

#include <cmath>

namespace thresher::report {
namespace {

/// Digits after the point that leave three significant ones, none from 100 up.
int decimals_for(double value) {
  const double size = std::abs(value);
  // The bounds lie half a last digit below the power of ten: 9.996 is "10.0", not "10.00".
  return size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
}

std::string with_thousands(std::string digits) {
  const std::size_t end = std::min(digits.find('.'), digits.size());
  for (std::size_t place = end; place > 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

}  // namespace

std::string count_text(std::uint64_t count) { return with_thousands(std::to_string(count)); }

std::string quantity_text(double value) {
  if (value < 0) return "-" + quantity_text(-value);
  if (value == 0) return "0";
  return with_thousands(fmt::format("{:.{}f}", value, decimals_for(value)));
}

std::string time_text(double microseconds, TimeUnit unit, const char* gap) {
  if (unit == TimeUnit::automatic) {
    // As with decimals_for: what would round up to 1,000 of a unit is shown in the next.
    unit = microseconds >= 999'500 ? TimeUnit::seconds
           : microseconds >= 999.5 ? TimeUnit::milliseconds
                                   : TimeUnit::microseconds;
  }
  switch (unit) {
    case TimeUnit::seconds:
      return quantity_text(microseconds / 1e6) + gap + "s";
    case TimeUnit::milliseconds:
      return quantity_text(microseconds / 1e3) + gap + "ms";
    default:
      return with_thousands(fmt::format("{:.0f}", microseconds)) + gap + "us";
  }
}

std::string ratio_text(double ratio) {
  const double percent = ratio * 100;
  if (percent == 0) return "0.0%";
  if (ratio == 1) return "100%";
  if (percent < 0.01) return "<0.01%";
  if (percent > 99.95) return fmt::format("{:.{}f}%", std::floor(percent * 1000) / 1000, 3);  // never rounded up to all
  return fmt::format("{:.{}f}%", percent, decimals_for(percent));
}

std::string bytes_text(double bytes) {
  if (bytes < 999.5) return fmt::format("{:.0f} B", bytes);
  if (bytes < 999.5e3) return quantity_text(bytes / 1e3) + " kB";
  if (bytes < 999.5e6) return quantity_text(bytes / 1e6) + " MB";
  return quantity_text(bytes / 1e9) + " GB";
}

std::string clock_text(Nanoseconds elapsed) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(elapsed).count();
  if (seconds < 3600) return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace thresher::report
