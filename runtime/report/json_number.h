#pragma once

#include <nlohmann/json.hpp>

namespace thresher::report {

/// Keys stay in the order they were added, so that equal runs give equal bytes.
using Json = nlohmann::ordered_json;

/// A number the way JavaScript writes it: 12 and not 12.0; null for what JSON cannot say.
Json json_number(double value);
/// The same, rounded to a millionth: enough for anybody, and no noise in the last digits.
Json json_rounded(double value);
/// The document as text, bytes that are not UTF-8 replaced. `indent` < 0: in one line.
std::string json_text(const Json& document, int indent = -1);

}  // namespace thresher::report
