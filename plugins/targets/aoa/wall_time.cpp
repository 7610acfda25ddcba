#include "wall_time.h"

#include "thresher/wall_time.hpp"

namespace aoa {

std::string WallTime::text(Time at) const { return thresher::rfc3339(offset_ + at, 6); }

}  // namespace aoa
