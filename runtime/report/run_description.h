#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "profile/plan.h"

namespace thresher::report {

/// What reports say about a run besides its figures. Fixed before it starts.
struct RunDescription {
  const profile::Plan* plan = nullptr;
  std::string command_line;                                       ///< as typed, for a person to repeat
  std::string version;                                            ///< of thresher
  std::vector<std::pair<std::string, std::string>> dependencies;  ///< name, version
  std::string host;                                               ///< --host, or empty
  bool rehearsal = false;
  WallTime created{};      ///< when it was made ...
  TimePoint created_at{};  ///< ... and the same instant on the clock that samples are stamped with
};

}  // namespace thresher::report
