#pragma once

#include <cstddef>
#include <cstdint>

#include "history/instant.h"

namespace oracle {

/// What a person may set; the defaults are those of the plugin's options.
struct Settings {
  history::Nanoseconds start_bound = std::chrono::seconds(1);       ///< a ready task with a free agent waits no longer
  history::Nanoseconds terminal_bound = std::chrono::seconds(300);  ///< an accepted item is terminal within this
  history::Nanoseconds
      rate_window{};  ///< what a policy's minute is on the platform's clock; 0: rates of agents not judged
  std::uint64_t witness_limit = 100;  ///< witnesses told per check
  std::size_t ended_limit = 4096;     ///< fingerprints of ended items that are kept
  std::size_t sample = 16;            ///< workflows that the metamorphic check tries again; 0: none
};

}  // namespace oracle
