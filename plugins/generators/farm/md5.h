#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace farm {

/// Appends the first `digits` (at most 32) lower-case hex digits of a text's MD5 (RFC 1321). For names that look the
/// same everywhere, never for secrets. Own code because an id hashes one block: OpenSSL's EVP costs several times that
/// in set-up, and its plain MD5() is deprecated.
void append_md5(std::string_view text, std::size_t digits, std::string& out);

}  // namespace farm
