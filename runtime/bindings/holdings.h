#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "bindings/child_process.h"
#include "bindings/recovery_port.h"

namespace thresher::bindings {

/// What a user's script took hold of in an iteration, and what ends with it: processes and claims in recovery kits.
struct Holdings {
  std::map<std::string, std::unique_ptr<RecoverySession>> sessions;  ///< by the kit's path
  std::map<std::uint64_t, std::unique_ptr<ChildProcess>> processes;  ///< by a number no other of the worker's has
  ChildProcess* awaited = nullptr;                                   ///< the one the parked script waits for
};

}  // namespace thresher::bindings
