#pragma once

#include <fmt/format.h>

#include <string_view>

struct lua_State;

namespace thresher::script {

/// A line somebody wrote.
struct Position {
  std::string_view chunk;  ///< "login.lua"; lives as long as the function it came from
  int line = 0;            ///< 0: unknown
};

/// The innermost frame that belongs to a scenario or one of its modules: our own Lua and C functions are never to
/// blame. False when there is none (a native function called in tail position of a coroutine's first function).
bool author_position(lua_State* state, Position& position);

/// "login.lua:42: " in front of the error the next lua_error() raises; leaves one string on the stack.
void push_problem(lua_State* state, std::string_view message);
[[noreturn]] void raise(lua_State* state);

/// Raises an error that blames the author's own line. Nothing with a destructor may be alive in the caller: raising may
/// skip it.
template <class... Args>
[[noreturn]] int misuse(lua_State* state, fmt::format_string<Args...> text, Args&&... args) {
  { push_problem(state, fmt::format(text, std::forward<Args>(args)...)); }
  raise(state);
}

}  // namespace thresher::script
