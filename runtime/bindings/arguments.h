#pragma once

#include <chrono>
#include <lua.hpp>
#include <string_view>

#include "script/misuse.h"

namespace thresher::bindings {

// Reading arguments of native functions. What is wrong raises with the author's line: read them before anything with a
// destructor exists.

inline std::string_view text_at(lua_State* state, int index) {
  std::size_t size = 0;
  const char* text = lua_tolstring(state, index, &size);
  return {text, size};
}

inline std::string_view string_argument(lua_State* state, int index, const char* what) {
  if (lua_type(state, index) != LUA_TSTRING) {
    script::misuse(state, "{}: expected a string, got {}", what, luaL_typename(state, index));
  }
  return text_at(state, index);
}

inline double number_argument(lua_State* state, int index, const char* what) {
  if (lua_type(state, index) != LUA_TNUMBER) {
    script::misuse(state, "{}: expected a number, got {}", what, luaL_typename(state, index));
  }
  return lua_tonumber(state, index);
}

/// Seconds, 0 or more and within a year, as nanoseconds.
std::chrono::nanoseconds seconds_argument(lua_State* state, int index, const char* what);

}  // namespace thresher::bindings
