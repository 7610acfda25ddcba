#include "history/instant.h"

#include <fmt/format.h>

#include <cmath>

namespace history {
namespace {

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, and back: Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms" (public domain).
constexpr std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

struct Date {
  std::int64_t year;
  unsigned month, day;
};

constexpr Date civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted = (5 * day_of_year + 2) / 153;
  const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {era * 400 + year_of_era + (month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1};
}

/// Reads fixed-width fields off the front of a text; `ok` falls at the first surprise.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  unsigned digits(std::size_t count) {
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest.empty() || rest[0] < '0' || rest[0] > '9') return ok = false, 0;
      value = value * 10 + static_cast<unsigned>(rest[0] - '0');
      rest.remove_prefix(1);
    }
    return value;
  }
  bool take(std::string_view any_of) {
    if (rest.empty() || any_of.find(rest[0]) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  void need(std::string_view any_of) { ok = take(any_of) && ok; }

  std::int64_t fraction_ns() {
    std::int64_t value = 0, scale = 1'000'000'000;
    for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1))
      if (scale > 1) value += (rest[0] - '0') * (scale /= 10);
    return value;
  }
};

}  // namespace

Instant Instant::of_number(double value) {
  constexpr double kFirstMillisecond = 1e11, kFarthest = 9e15;  // 9e15 ms do not fit nanoseconds any more
  if (!std::isfinite(value) || std::fabs(value) > 9.2e12) return {};
  static_assert(kFirstMillisecond < 9.2e12 && 9.2e12 < kFarthest);
  const double us = std::fabs(value) >= kFirstMillisecond ? value * 1e3 : value * 1e6;
  if (std::fabs(us) > kFarthest) return {};
  return Instant(std::llround(us) * 1000);
}

Instant Instant::of_text(std::string_view text) {
  Scanner in{text};
  const unsigned year = in.digits(4);
  in.need("-");
  const unsigned month = in.digits(2);
  in.need("-");
  const unsigned day = in.digits(2);
  in.need("Tt ");
  const unsigned hour = in.digits(2);
  in.need(":");
  const unsigned minute = in.digits(2);
  in.need(":");
  const unsigned second = in.digits(2);
  const std::int64_t fraction = in.take(".,") ? in.fraction_ns() : 0;
  std::int64_t offset_min = 0;
  if (!in.rest.empty() && !in.take("Zz")) {
    const int sign = in.take("-") ? -1 : 1;
    if (sign > 0) in.need("+");
    const unsigned hours = in.digits(2);
    in.take(":");
    offset_min = sign * static_cast<std::int64_t>(hours * 60 + in.digits(2));
  }
  if (!in.ok || !in.rest.empty() || month < 1 || month > 12 || day < 1 || day > 31 || year < 1700 || year > 2200)
    return {};
  const std::int64_t seconds =
      days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset_min * 60;
  return Instant(seconds * 1'000'000'000 + fraction);
}

std::string to_text(Instant instant) {
  if (!instant.known()) return "an unknown time";
  constexpr std::int64_t kDayNs = 86'400'000'000'000;
  std::int64_t days = instant.ns() / kDayNs, rest = instant.ns() % kDayNs;
  if (rest < 0) --days, rest += kDayNs;
  const Date date = civil_from_days(days);
  const std::int64_t ms = rest / 1'000'000;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", date.year, date.month, date.day, ms / 3'600'000,
                     ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

std::string to_text(Nanoseconds span) { return fmt::format("{:.3f} ms", milliseconds(span)); }

}  // namespace history
