#include <array>
#include <functional>
#include <lua.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "script/misuse.h"
#include "script/modules.h"

namespace thresher::script {
namespace {

/// print(...): one line through the sink in upvalue 1.
int script_print(lua_State* state) {
  const auto& sink = *static_cast<const std::function<void(std::string)>*>(lua_touserdata(state, lua_upvalueindex(1)));
  const int count = lua_gettop(state);
  lua_getglobal(state, "tostring");
  for (int i = 1; i <= count; ++i) {
    lua_pushvalue(state, count + 1);
    lua_pushvalue(state, i);
    lua_call(state, 1, 1);
    if (lua_type(state, -1) != LUA_TSTRING) return misuse(state, "print: __tostring gave no string");
  }  // stack: arguments tostring texts
  if (!sink) return 0;
  std::string line;
  Position author;
  if (author_position(state, author)) line.append(author.chunk).append(": ");
  for (int i = 1; i <= count; ++i) {
    std::size_t size = 0;
    const char* text = lua_tolstring(state, count + 1 + i, &size);
    if (i > 1) line += '\t';
    line.append(text, size);
  }
  sink(std::move(line));
  return 0;
}

int refuse_exit(lua_State* state) { return misuse(state, "os.exit would end the whole run; use thresher.abort(why)"); }

/// load and loadstring: as the original in upvalue 1, but what they give is not compiled and sees the author's globals.
int script_load(lua_State* state) {
  lua_pushvalue(state, lua_upvalueindex(1));
  lua_insert(state, 1);
  lua_call(state, lua_gettop(state) - 1, LUA_MULTRET);
  if (!lua_isfunction(state, 1)) return lua_gettop(state);
  keep_interpreted(state, 1);
  lua_Debug frame;
  if (lua_getstack(state, 1, &frame) != 0 && lua_getinfo(state, "f", &frame) != 0) {
    lua_getfenv(state, -1);
    lua_setfenv(state, 1);
    lua_pop(state, 1);
  }
  return lua_gettop(state);
}

int refuse_unknown_global(lua_State* state) {
  if (lua_type(state, 2) != LUA_TSTRING) return 0;
  const char* name = lua_tostring(state, 2);
  {
    std::vector<std::string> known;
    for (lua_pushnil(state); lua_next(state, 1) != 0; lua_pop(state, 1)) {
      if (lua_type(state, -2) == LUA_TSTRING) known.emplace_back(lua_tostring(state, -2));
    }
    std::sort(known.begin(), known.end());
    const auto nearest = closest(name, known);
    push_problem(state, nearest.empty() ? fmt::format("global '{}' is not defined", name)
                                        : fmt::format("global '{}' is not defined; did you mean '{}'?", name, nearest));
  }
  raise(state);
}

int refuse_new_builtin(lua_State* state) {
  return misuse(state, "globals are shared by every scenario of the run and cannot be set; use a local or a module");
}

void open(lua_State* state, const char* name, lua_CFunction library) {
  lua_pushcfunction(state, library);
  lua_pushstring(state, name);
  lua_call(state, 1, 0);
}

void keep_only(lua_State* state, const char* table, std::initializer_list<const char*> names) {
  lua_getglobal(state, table);
  lua_newtable(state);
  for (const char* name : names) {
    lua_getfield(state, -2, name);
    lua_setfield(state, -2, name);
  }
  lua_remove(state, -2);
  lua_setglobal(state, table);
}

}  // namespace

void keep_interpreted(lua_State* state, int index) {
  luaJIT_setmode(state, index, LUAJIT_MODE_ALLFUNC | LUAJIT_MODE_OFF);
}

void open_libraries(lua_State* state, const std::function<void(std::string)>& print) {
  open(state, "", luaopen_base);
  open(state, LUA_TABLIBNAME, luaopen_table);
  open(state, LUA_STRLIBNAME, luaopen_string);
  open(state, LUA_MATHLIBNAME, luaopen_math);
  open(state, LUA_IOLIBNAME, luaopen_io);
  open(state, LUA_OSLIBNAME, luaopen_os);
  open(state, LUA_DBLIBNAME, luaopen_debug);
  open(state, LUA_BITLIBNAME, luaopen_bit);
  open(state, LUA_JITLIBNAME, luaopen_jit);

  keep_only(state, LUA_DBLIBNAME, {"traceback", "getinfo"});  // a hook of the author's would silence the watchdog
  lua_getglobal(state, LUA_OSLIBNAME);
  lua_pushcfunction(state, refuse_exit);
  lua_setfield(state, -2, "exit");
  lua_pop(state, 1);
  for (const char* name : {"load", "loadstring"}) {
    lua_getglobal(state, name);
    lua_pushcclosure(state, script_load, 1);
    lua_setglobal(state, name);
  }
  lua_pushlightuserdata(state, const_cast<std::function<void(std::string)>*>(&print));
  lua_pushcclosure(state, script_print, 1);
  lua_setglobal(state, "print");

  // Files are loaded by `require`, which knows whose they are.
  constexpr std::array kVisible = {"assert",   "collectgarbage", "error",  "getfenv", "getmetatable", "ipairs",
                                   "load",     "loadstring",     "next",   "pairs",   "pcall",        "print",
                                   "rawequal", "rawget",         "rawset", "select",  "setfenv",      "setmetatable",
                                   "tonumber", "tostring",       "type",   "unpack",  "xpcall",       "_VERSION",
                                   "bit",      "coroutine",      "debug",  "io",      "jit",          "math",
                                   "os",       "string",         "table"};
  lua_createtable(state, 0, static_cast<int>(kVisible.size()) + 2);
  for (const char* name : kVisible) {
    lua_getglobal(state, name);
    lua_setfield(state, -2, name);
  }
  lua_pushvalue(state, -1);
  lua_setfield(state, -2, "_G");
  lua_createtable(state, 0, 2);
  lua_pushcfunction(state, refuse_unknown_global);
  lua_setfield(state, -2, "__index");
  lua_pushcfunction(state, refuse_new_builtin);
  lua_setfield(state, -2, "__newindex");
  lua_setmetatable(state, -2);  // stack: library
}

}  // namespace thresher::script
