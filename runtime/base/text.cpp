#include "base/text.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

namespace thresher {
namespace {

__extension__ using Wide = __int128;

struct Unit {
  std::string_view name;
  std::int64_t ns;
};

/// Largest first: parts of a duration must come in this order.
constexpr std::array<Unit, 7> kUnits{{{"d", 86'400'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};

constexpr std::int64_t kSecond = 1'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A decimal number read from the front of a text, kept exact: a double would make "0.1s" other than 100 ms.
struct Decimal {
  Wide whole = 0;
  Wide fraction = 0;
  Wide fraction_scale = 1;  ///< the fraction is fraction / fraction_scale
};

std::optional<Decimal> take_decimal(std::string_view& text) {
  constexpr Wide kTooLarge = Wide{std::numeric_limits<std::int64_t>::max()};
  constexpr Wide kFinest = Wide{1'000'000'000'000'000};  // digits beyond the 15th are below a nanosecond in every unit
  Decimal number;
  std::size_t i = 0;
  for (; i < text.size() && is_digit(text[i]); ++i)
    number.whole = std::min(number.whole * 10 + (text[i] - '0'), kTooLarge);
  std::size_t digits = i;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && is_digit(text[i]); ++i, ++digits) {
      if (number.fraction_scale >= kFinest) continue;
      number.fraction = number.fraction * 10 + (text[i] - '0');
      number.fraction_scale *= 10;
    }
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(i);
  return number;
}

/// The index in kUnits of the unit at the front of a text, taken off it.
std::optional<std::size_t> take_unit(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits[i].name == name) {
      text.remove_prefix(name.size());
      return i;
    }
  }
  return std::nullopt;
}

/// 2.5 of a unit of 1000 parts, 1000 -> "2.5".
std::string decimal_text(std::int64_t parts, std::int64_t parts_per_unit) {
  std::string text = fmt::format("{}", parts / parts_per_unit);
  std::int64_t rest = parts % parts_per_unit;
  if (rest == 0) return text;
  text += '.';
  while (rest != 0) {
    rest *= 10;
    text += static_cast<char>('0' + rest / parts_per_unit);
    rest %= parts_per_unit;
  }
  return text;
}

/// Edit distance with swaps of neighbours counted once ("optimal string alignment"), since a swap is the commonest
/// slip.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

Result<Nanoseconds> parse_duration(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::parse,
                fmt::format("bad duration '{}': {}; write it like 90s, 20m, 1h30m or 250ms", text, why));
  };
  std::string_view rest = trim(text);
  if (rest.empty()) return bad("it is empty");
  if (rest.front() == '-') return bad("it is negative");

  Wide total = 0;
  std::size_t first_unit_allowed = 0;
  while (!rest.empty()) {
    const bool alone = total == 0 && first_unit_allowed == 0;
    const auto number = take_decimal(rest);
    if (!number) return bad(fmt::format("expected a number at '{}'", rest));
    std::size_t unit = 3;
    if (rest.empty() && alone) {
      first_unit_allowed = kUnits.size();  // a bare number is seconds
    } else {
      if (rest.empty()) return bad("the last number has no unit");
      const auto named = take_unit(rest);
      if (!named) return bad(fmt::format("unknown unit at '{}'", rest));
      if (*named < first_unit_allowed) return bad("units go from large to small, each once");
      unit = *named;
      first_unit_allowed = unit + 1;
    }
    const Wide ns = kUnits[unit].ns;
    total += number->whole * ns + number->fraction * ns / number->fraction_scale;
    if (total > Wide{Nanoseconds::max().count()}) return bad("it is longer than 292 years");
  }
  return Nanoseconds{static_cast<std::int64_t>(total)};
}

std::string format_duration(Nanoseconds duration) {
  std::int64_t ns = duration.count();
  if (ns == 0) return "0s";
  if (ns < 0) return "-" + format_duration(ns == Nanoseconds::min().count() ? Nanoseconds::max() : -duration);
  if (ns < 1'000) return fmt::format("{}ns", ns);
  if (ns < 1'000'000) return decimal_text(ns, 1'000) + "us";
  if (ns < kSecond) return decimal_text(ns, 1'000'000) + "ms";

  std::string text;
  for (const std::size_t unit : {std::size_t{1}, std::size_t{2}}) {  // hours, minutes: nobody reads "2d"
    if (const std::int64_t count = ns / kUnits[unit].ns; count > 0) {
      text += fmt::format("{}{}", count, kUnits[unit].name);
      ns %= kUnits[unit].ns;
    }
  }
  if (ns > 0) text += decimal_text(ns, kSecond) + "s";
  return text;
}

std::string format_wall_time(WallTime time, bool nanoseconds) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Nanoseconds> of_day{time - day};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 of_day.hours().count(), of_day.minutes().count(), of_day.seconds().count());
  if (nanoseconds) text += fmt::format(".{:09}", of_day.subseconds().count());
  return text + "Z";
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    if (const auto part = trim(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, resume_at = 0;  // the last `*`, and how much of the text it has swallowed
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume_at = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume_at;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string_view closest(std::string_view typed, std::span<const std::string> candidates) {
  std::string_view best;
  std::size_t best_distance = typed.size() / 3 + 1;
  for (const auto& candidate : candidates) {
    const std::size_t distance = edit_distance(typed, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string escaped_json(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char c = text.front();
    std::size_t used = 1;
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (c == '\n') {
      out.append("\\n");
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out.append("\\u00").append({kDigits[c >> 4], kDigits[c & 15]});
    } else if (const std::size_t length = utf8_length(text); length > 0) {
      out.append(text.substr(0, length));
      used = length;
    } else {
      out.append("\xEF\xBF\xBD");
    }
    text.remove_prefix(used);
  }
  return out;
}

}  // namespace thresher
