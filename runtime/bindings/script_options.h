#pragma once

#include "base/result.h"
#include "profile/profile.h"

struct lua_State;

namespace thresher::bindings {

/// Reads the table at `index` as thresher.options takes it: a profile's keys and values (CONVENTIONS), lengths of time
/// also as numbers of seconds. The message names the key; the caller adds the author's line.
Result<profile::Profile> read_script_options(lua_State* state, int index);

}  // namespace thresher::bindings
