#include "wall_time.h"

namespace aoa {
namespace {

void put(char* at, int digits, std::int64_t value) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string WallTime::text(Time at) const {
  const Time since_1970 = offset_ + at;
  const auto day = std::chrono::floor<std::chrono::days>(since_1970);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::int64_t in_day = (since_1970 - day).count();
  std::string text = "0000-00-00T00:00:00.000000Z";
  put(text.data(), 4, static_cast<int>(date.year()));
  put(text.data() + 5, 2, static_cast<unsigned>(date.month()));
  put(text.data() + 8, 2, static_cast<unsigned>(date.day()));
  put(text.data() + 11, 2, in_day / 3'600'000'000);
  put(text.data() + 14, 2, in_day / 60'000'000 % 60);
  put(text.data() + 17, 2, in_day / 1'000'000 % 60);
  put(text.data() + 20, 6, in_day % 1'000'000);
  return text;
}

}  // namespace aoa
