#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace history {

using Nanoseconds = std::chrono::nanoseconds;

/// A reading of the platform's clock, in nanoseconds since 1970, or none. Only differences of two readings mean
/// anything to a validator: the platform's clock need not be ours.
class Instant {
 public:
  constexpr Instant() = default;
  constexpr explicit Instant(std::int64_t ns) : ns_(ns) {}

  /// As platforms send it: unix seconds, or milliseconds when 1e11 or more (the year 5138 in seconds, 1973 in
  /// milliseconds). Rounded to the microsecond, since a double holds today's seconds to about a quarter of one.
  static Instant of_number(double value);
  /// RFC 3339; a text without an offset, as Python's isoformat() writes it, counts as UTC. Unknown when it is neither.
  static Instant of_text(std::string_view text);

  constexpr bool known() const { return ns_ != kNone; }
  constexpr std::int64_t ns() const { return ns_; }
  friend constexpr bool operator==(Instant, Instant) = default;
  friend constexpr auto operator<=>(Instant, Instant) = default;  ///< an unknown one is before all others

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
  std::int64_t ns_ = kNone;
};

/// Both known.
constexpr Nanoseconds operator-(Instant later, Instant earlier) { return Nanoseconds(later.ns() - earlier.ns()); }
constexpr Instant operator+(Instant base, Nanoseconds span) { return Instant(base.ns() + span.count()); }

constexpr double milliseconds(Nanoseconds span) { return static_cast<double>(span.count()) / 1e6; }
constexpr Nanoseconds from_milliseconds(double ms) { return Nanoseconds(static_cast<std::int64_t>(ms * 1e6)); }

/// "2026-11-21T02:46:00.125Z"; "an unknown time" for none.
std::string to_text(Instant instant);
/// "12.500 ms".
std::string to_text(Nanoseconds span);

}  // namespace history
