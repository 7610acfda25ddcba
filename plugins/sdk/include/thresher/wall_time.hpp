#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace thresher {
inline namespace sdk_1 {

/// A moment as RFC 3339 has it, in UTC: "2026-01-23T10:00:00.000250Z" with `digits` = 6 of a second's fraction, without
/// a point when 0 (at most 9). What is finer is cut off. Years 0 to 9999.
inline std::string rfc3339(std::chrono::nanoseconds since_1970, int digits = 0) {
  const auto day = std::chrono::floor<std::chrono::days>(since_1970);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  std::string text = "0000-00-00T00:00:00";
  const auto put = [&text](int at, int width, std::int64_t value) {
    for (int i = at + width - 1; i >= at; --i, value /= 10)
      text[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
  };
  std::int64_t fraction = (since_1970 - day).count();
  const std::int64_t second = fraction / 1'000'000'000;
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, second / 3600);
  put(14, 2, second / 60 % 60);
  put(17, 2, second % 60);
  if (digits > 0) {
    fraction %= 1'000'000'000;
    for (int i = digits; i < 9; ++i) fraction /= 10;
    text.append(1, '.').append(static_cast<std::size_t>(digits), '0');
    put(20, digits, fraction);
  }
  return text += 'Z';
}

}  // namespace sdk_1
}  // namespace thresher
