#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace suites {

using nlohmann::json;

/// What is wrong with `value` by `shape`, with the place ("/details/metrics: ..."); empty when nothing is.
///
/// A shape is an object of shapes (a name ending in '?' may be missing; other names than those listed are wrong), a
/// list with the one shape of all its elements, of which there is at least one, a boolean or number for exactly itself,
/// or a text: one of these words, one of `words` (shapes by name), or exactly itself.
///
///   text              any text that is not empty
///   uuid              of version 4, with all its bits in use
///   time              "2026-11-21T02:46:00Z", with or without a fraction
///   integer A..B      a whole number from A to B
///   one of a|b        one of these texts
std::string mismatch(const json& value, const json& shape, const json& words, const std::string& place = "");

/// Whether a path is of the form of `pattern`, in which a segment in braces is a shape of text:
/// "/events/{uuid}/respond".
bool path_fits(const std::string& path, const std::string& pattern, const json& words);

}  // namespace suites
