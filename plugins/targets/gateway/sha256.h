#pragma once

#include <string>
#include <string_view>

namespace gateway {

/// SHA-256 of the text (FIPS 180-4): 32 bytes.
std::string sha256(std::string_view text);
/// HMAC-SHA-256 (RFC 2104) in lower-case hexadecimal.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace gateway
