#pragma once

#include <cstddef>
#include <lua.hpp>

namespace thresher::bindings {

/// Keeps the strings a cache's keys point at from being collected: a Lua table with a few places per slot.
class LuaAnchors {
 public:
  LuaAnchors(lua_State* state, std::size_t per_slot) : state_(state), per_slot_(static_cast<int>(per_slot)) {
    lua_newtable(state);
    reference_ = luaL_ref(state, LUA_REGISTRYINDEX);
  }
  ~LuaAnchors() { luaL_unref(state_, LUA_REGISTRYINDEX, reference_); }
  LuaAnchors(const LuaAnchors&) = delete;
  LuaAnchors& operator=(const LuaAnchors&) = delete;

  /// Anchors the string at `index` as the slot's `place`-th, letting go of the one before.
  void hold(lua_State* state, std::size_t slot, std::size_t place, int index) const {
    lua_pushvalue(state, index);
    lua_rawgeti(state, LUA_REGISTRYINDEX, reference_);
    lua_insert(state, -2);
    lua_rawseti(state, -2, static_cast<int>(slot) * per_slot_ + static_cast<int>(place) + 1);
    lua_pop(state, 1);
  }

 private:
  lua_State* state_;
  int per_slot_;
  int reference_ = LUA_NOREF;
};

}  // namespace thresher::bindings
