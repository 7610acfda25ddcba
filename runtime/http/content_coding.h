#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace thresher::http {

/// Undoes Content-Encoding (gzip, x-gzip, deflate, br, zstd, identity; several, the last applied first). More than
/// `max_bytes` of output is an error, so that a small answer cannot unpack to fill the memory.
Result<std::string> decode_content(std::string_view body, std::string_view content_encoding, std::size_t max_bytes);

}  // namespace thresher::http
