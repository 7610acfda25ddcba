#include "wall_time.h"

#include <fmt/format.h>

namespace gateway {

std::string WallTime::text(Time at) const {
  const auto since_1970 = std::chrono::floor<std::chrono::microseconds>(offset_ + at);
  const auto day = std::chrono::floor<std::chrono::days>(since_1970);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::int64_t in_day = (since_1970 - day).count();
  const std::int64_t second = in_day / 1'000'000;
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3600,
                                 second / 60 % 60, second % 60);
  if (!whole_seconds_) text += fmt::format(".{:06}", in_day % 1'000'000);
  return text += 'Z';
}

}  // namespace gateway
