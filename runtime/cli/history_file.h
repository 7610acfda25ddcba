#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "base/result.h"

namespace thresher::cli {

/// What reading a history came to.
struct HistoryRead {
  std::uint64_t events = 0, bytes = 0;  ///< bytes: uncompressed
  bool cut_off = false;                 ///< the last line is not whole, as a crash leaves it; it was not handed on
};

/// Reads a recorded history line by line, in constant memory; plain, or compressed by gzip (told by its first bytes).
/// `take` is called for every line that is not blank, without its end; its first error ends the reading and comes back
/// with `where` "FILE:LINE". Errors: not_found or io when the file cannot be read.
Result<HistoryRead> read_history(const std::filesystem::path& file,
                                 const std::function<Result<void>(std::string_view line)>& take);

}  // namespace thresher::cli
