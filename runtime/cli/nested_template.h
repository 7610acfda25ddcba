#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace thresher::cli {

/// What stands in a body for the two things that are filled in later.
inline constexpr const char* kSequencePart = "{seq}";
inline constexpr const char* kPayloadPart = "{payload}";

/// The parts of a request's body in the order sent: texts, and kSequencePart and kPayloadPart where the request's own
/// number and the payload come. `text` is a template as the public script reads it, a Python format string (the braces
/// of JSON are doubled), or JSON whose braces are as they are; in both stand "{seq}", "{depth}", "{width}" and
/// "{payload}". It is the former when there is a "{{" in it, which JSON never has outside of a text. Filled in, it is
/// JSON: errors name `file`, and for a field that is none of the four its line.
Result<std::vector<std::string>> parse_body_template(const std::string& text, std::uint64_t depth, std::uint64_t width,
                                                     const std::string& file);

}  // namespace thresher::cli
