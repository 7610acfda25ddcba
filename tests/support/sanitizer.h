#pragma once

namespace thresher::test {

/// ThreadSanitizer hands a signal over at the next call it intercepts. An endless loop of compiled Lua makes none, so what
/// breaks such a loop (script/vm.h) cannot work under it; elsewhere it is tested.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kSignalsWait = true;
#else
inline constexpr bool kSignalsWait = false;
#endif

}  // namespace thresher::test
