#pragma once

#include <optional>

#include "base/clock.h"

struct lua_State;

namespace thresher::bindings {

/// What a stream must keep for its user to be content. Goodput counts the requests that did, as serving systems state
/// theirs (Zhong et al., DistServe, OSDI 2024: requests within their objectives for the first token and for each after
/// it).
struct Objectives {
  std::optional<Nanoseconds> first;     ///< until the first token of a chat, the first event of a stream
  std::optional<Nanoseconds> pace;      ///< a chat's time per output token, on average; a stream's longest gap
  std::optional<Nanoseconds> duration;  ///< until the last byte

  /// Raises for what is no table of known names with times of more than 0 ms; `chat` says which names.
  static Objectives read(lua_State* state, int index, bool chat);
};

/// How a stream went, in the same words. Unset: it never came to that.
struct Conduct {
  std::optional<Nanoseconds> first, pace;
  Nanoseconds duration{};

  /// A first token or event that never came misses its objective; a pace that two would have to set is kept.
  bool meets(const Objectives& objectives) const;
};

}  // namespace thresher::bindings
