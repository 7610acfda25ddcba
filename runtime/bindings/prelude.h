#pragma once

#include <string_view>

namespace thresher::bindings {

/// The Lua of prelude/, embedded at build time (prelude/embed.cmake).
extern const std::string_view kPrelude_user;
extern const std::string_view kPrelude_process;
extern const std::string_view kPrelude_recovery;
extern const std::string_view kPrelude_stable_json;
extern const std::string_view kPrelude_thresher;

}  // namespace thresher::bindings
