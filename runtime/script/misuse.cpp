#include "script/misuse.h"

#include <cstdlib>
#include <lua.hpp>

namespace thresher::script {

bool author_position(lua_State* state, Position& position) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(state, level, &frame) != 0; ++level) {
    if (lua_getinfo(state, "Sl", &frame) == 0 || frame.source[0] != '@') continue;
    position = {frame.source + 1, frame.currentline};
    return true;
  }
  return false;
}

void push_problem(lua_State* state, std::string_view message) {
  Position position;
  if (author_position(state, position)) {
    const auto text = fmt::format("{}:{}: {}", position.chunk, position.line, message);
    lua_pushlstring(state, text.data(), text.size());
  } else {
    lua_pushlstring(state, message.data(), message.size());
  }
}

void raise(lua_State* state) {
  lua_error(state);
  std::abort();  // lua_error does not return
}

}  // namespace thresher::script
