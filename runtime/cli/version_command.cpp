#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/versions.h"

namespace thresher::cli {

int version_command() {
  fmt::print("thresher {}\n", THRESHER_VERSION);
  for (const auto& [name, version] : dependency_versions()) fmt::print("  {:<14} {}\n", name, version);
  return kExitFine;
}

}  // namespace thresher::cli
