#include "wall_time.h"

#include "thresher/wall_time.hpp"

namespace gateway {

std::string WallTime::text(Time at) const { return thresher::rfc3339(offset_ + at, whole_seconds_ ? 0 : 6); }

}  // namespace gateway
