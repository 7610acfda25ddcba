#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace thresher {

/// Reads what people write for a length of time: "300s", "20m", "1h30m", "1.5s", "250ms", or a bare number of seconds.
/// Not negative. The error quotes the text and shows an example.
Result<Nanoseconds> parse_duration(std::string_view text);

/// The shortest exact spelling parse_duration reads back: "1h30m", "2.5s", "250ms", "0s".
std::string format_duration(Nanoseconds duration);

/// "2026-11-21T02:46:00Z"; with nanoseconds when asked (RFC 3339).
std::string format_wall_time(WallTime time, bool nanoseconds = false);

std::string_view trim(std::string_view text);
/// Parts between any of `separators`, trimmed, without the empty ones.
std::vector<std::string> split(std::string_view text, std::string_view separators);
/// Shell-style match: `*` any run, `?` one character; whole text, case-sensitive.
bool glob_match(std::string_view pattern, std::string_view text);
/// The candidate closest to what was typed (edit distance at most a third of its length), or empty: for "did you mean".
std::string_view closest(std::string_view typed, std::span<const std::string> candidates);

/// The text as it stands between the quotes of a JSON string. Bytes that are no UTF-8 become U+FFFD.
std::string escaped_json(std::string_view text);

}  // namespace thresher
