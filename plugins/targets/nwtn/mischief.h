#pragma once

#include <chrono>

#include "conduct.h"
#include "session.h"
#include "thresher/plugin.hpp"
#include "thresher/random.hpp"

namespace nwtn {

/// How a session ends.
struct Ending {
  thresher::Answer answer = {};
  std::chrono::nanoseconds takes{};  ///< until the orchestrator itself knows
  bool failed = false;               ///< to the orchestrator: it does not notice that an answer is wrong
};

/// The session's answer with the faults that befall it. Always the same number of draws.
Ending end_of(const Session& session, const Conduct& conduct, thresher::Random& random);

}  // namespace nwtn
