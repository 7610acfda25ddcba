#include "script/modules.h"

#include <filesystem>
#include <lua.hpp>
#include <utility>

extern "C" {
#include <lua5.1/lua-cjson.h>
int luaopen_cjson_safe(lua_State* state);  // Debian's header leaves it out
}

#include "base/file.h"
#include "script/misuse.h"

namespace thresher::script {
namespace {

constexpr std::string_view kAssignHint = "assignment to undeclared global '{}' (write 'local {}')";

int refuse_new_global(lua_State* state) {
  const char* name = lua_type(state, 2) == LUA_TSTRING ? lua_tostring(state, 2) : "?";
  return misuse(state, kAssignHint, name, name);
}

/// require(name); upvalue 1: Modules.
int script_require(lua_State* state) {
  auto& modules = *static_cast<Vm::Modules*>(lua_touserdata(state, lua_upvalueindex(1)));
  if (lua_type(state, 1) != LUA_TSTRING) return misuse(state, "require: expected a module's name");
  modules.push_required(state, lua_tostring(state, 1));
  return 1;
}

void provide_library(Vm& vm, const char* name, lua_CFunction library) {
  lua_pushcfunction(vm.state(), library);
  lua_pushstring(vm.state(), name);
  lua_call(vm.state(), 1, 1);
  vm.provide(name);
}

std::string canonical(const std::string& path) {
  std::error_code ignored;
  auto result = std::filesystem::weakly_canonical(path, ignored);
  return ignored ? path : result.string();
}

}  // namespace

Vm::Modules::Modules(Vm& owner) : vm(owner) {
  lua_State* state = vm.state_;
  open_libraries(state, vm.print_);
  lua_pushlightuserdata(state, this);
  lua_pushcclosure(state, script_require, 1);
  lua_pushliteral(state, "require");
  lua_insert(state, -2);
  lua_rawset(state, -3);  // stack: library

  lua_createtable(state, 0, 2);
  lua_pushvalue(state, -2);
  lua_setfield(state, -2, "__index");
  lua_pushcfunction(state, refuse_new_global);
  lua_setfield(state, -2, "__newindex");
  environment = luaL_ref(state, LUA_REGISTRYINDEX);  // stack: library
  library = luaL_ref(state, LUA_REGISTRYINDEX);
}

void Vm::Modules::provide_libraries() {
  provide_library(vm, "cjson", luaopen_cjson);
  provide_library(vm, "cjson.safe", luaopen_cjson_safe);
  provide_library(vm, "ffi", luaopen_ffi);
  lua_getfield(vm.state_, LUA_REGISTRYINDEX, "_PRELOAD");  // where LuaJIT keeps what is made only when asked for
  for (const char* name : {"table.new", "table.clear", "table.nkeys", "string.buffer"}) {
    lua_getfield(vm.state_, -1, name);
    if (lua_isfunction(vm.state_, -1)) {
      lua_call(vm.state_, 0, 1);
      vm.provide(name);
    } else {
      lua_pop(vm.state_, 1);
    }
  }
  lua_pop(vm.state_, 1);
}

std::string Vm::Modules::name_of(const std::string& path) const {
  std::filesystem::path rest = path;
  std::filesystem::path name = rest.filename();
  for (rest = rest.parent_path(); chunks.contains(name.string()) && rest.has_filename(); rest = rest.parent_path()) {
    name = rest.filename() / name;
  }
  return name.string();
}

void Vm::Modules::load(lua_State* state, const std::string& path, const std::string& root) {
  bool loaded = false;
  {
    const auto source = read_file(path);
    const auto name = name_of(path);
    if (!source) {
      push_problem(state, source.error().message);
    } else if (luaL_loadbuffer(state, source->data(), source->size(), ("@" + name).c_str()) == 0) {
      chunks.emplace(name, Chunk{path, root});
      loaded = true;
    }
  }  // stack: chunk, or what is wrong
  if (!loaded) raise(state);
  keep_interpreted(state, -1);
  lua_newtable(state);
  lua_rawgeti(state, LUA_REGISTRYINDEX, environment);
  lua_setmetatable(state, -2);
  lua_setfenv(state, -2);
}

void Vm::Modules::push_file(lua_State* state, const std::string& path, const std::string& root) {
  File* file = nullptr;
  bool is_new = false;
  {
    const auto [found, inserted] = files.try_emplace(canonical(path));
    file = &found->second;
    is_new = inserted;
  }
  if (!is_new) {
    if (file->progress == Progress::loading)
      misuse(state, "require: '{}' is still loading: two modules need each other", path);
    lua_rawgeti(state, LUA_REGISTRYINDEX, file->result);
    return;
  }
  load(state, path, root);
  lua_call(state, 0, 1);
  if (lua_isnil(state, -1)) {
    lua_pop(state, 1);
    lua_pushboolean(state, 1);
  }
  lua_pushvalue(state, -1);
  file->result = luaL_ref(state, LUA_REGISTRYINDEX);
  file->progress = Progress::loaded;
}

void Vm::Modules::push_required(lua_State* state, const char* name) {
  if (const auto found = provided.find(std::string_view(name)); found != provided.end()) {
    lua_rawgeti(state, LUA_REGISTRYINDEX, found->second);
    return;
  }
  bool found = false;
  {
    Position author;
    const auto chunk = author_position(state, author) ? chunks.find(author.chunk) : chunks.end();
    const std::string root = chunk == chunks.end() ? "." : chunk->second.root;
    const std::string beside =
        chunk == chunks.end() ? "." : std::filesystem::path(chunk->second.path).parent_path().string();
    std::string relative = name;
    for (char& c : relative) c = c == '.' ? '/' : c;
    for (const auto& folder : {root, beside}) {
      for (const auto& candidate : {relative + ".lua", relative + "/init.lua"}) {
        const auto path = std::filesystem::path(folder) / candidate;
        if (found || !std::filesystem::is_regular_file(path)) continue;
        found = true;
        lua_pushlstring(state, path.c_str(), path.native().size());
        lua_pushlstring(state, root.data(), root.size());
      }
    }
  }  // stack: path root, when found
  if (!found) misuse(state, "require: there is no module '{}' beside the scenario", name);
  const std::string_view path = lua_tostring(state, -2), root = lua_tostring(state, -1);
  push_file(state, std::string(path), std::string(root));
}

}  // namespace thresher::script
