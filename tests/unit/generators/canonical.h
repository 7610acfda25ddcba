#pragma once

#include <string>
#include <string_view>

/// A JSON text as json.dumps(value, sort_keys=True, separators=(",", ":")) writes the same value, without the members
/// generated_at, created_at and last_active_at. Numbers keep their very spelling, so 1.0 and 1 stay different. Throws
/// std::invalid_argument for what is no JSON, keys given twice included.
std::string canonical(std::string_view json);

/// The first 16 hex digits of the SHA-256 of a text.
std::string sha256_prefix(std::string_view text);
