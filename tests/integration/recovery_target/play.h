#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace recovery_test {

/// Workers against the stand-in with these options, in invented time, and the history of it: the same work without and
/// with a crash (its place, its step, the lease's length and whether the platform restarts are drawn from the seed),
/// the holder that was thought dead and comes back, two racers for one key, an item that is tried to its end.
std::vector<std::string> play(const std::string& options, std::uint64_t seed);

}  // namespace recovery_test
