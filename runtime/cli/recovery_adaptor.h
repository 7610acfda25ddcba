#pragma once

#include <cstdint>
#include <memory>

#include "bindings/recovery_port.h"

namespace thresher::cli {

/// Recovery kits in files: one thread per file, which all workers share, that commits together what comes together.
/// Outlives its sessions; destroying it waits until everything that was asked is done.
std::unique_ptr<bindings::RecoveryPort> make_recovery_kits();

/// Recovery kits of a rehearsal: in memory, new for every run, and at once. Time is the rehearsal's, and the ids
/// scripts see follow from the seed. One thread.
std::unique_ptr<bindings::RecoveryPort> make_rehearsed_kits(std::uint64_t seed);

}  // namespace thresher::cli
