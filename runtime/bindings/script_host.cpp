#include "bindings/script_host.h"

#include <lua.hpp>

#include "bindings/prelude.h"
#include "script/script_watch.h"

namespace thresher::bindings {
namespace {

/// Runs prelude/user.lua and makes the metatable every user's table gets.
Result<void> load_user_methods(ScriptHost& host, int natives) {
  lua_State* state = host.vm.state();
  lua_newtable(state);
  lua_rawgeti(state, LUA_REGISTRYINDEX, natives);
  if (auto ran = host.vm.run_prelude(kPrelude_user, 1); !ran) return ran;
  lua_setfield(state, -2, "__index");
  host.user_metatable = luaL_ref(state, LUA_REGISTRYINDEX);
  return {};
}

/// The parts of the module, each a table of names, are handed to the next; the last one is what scripts require.
Result<void> load_module(ScriptHost& host, int natives) {
  lua_State* state = host.vm.state();
  int parts = 0;
  for (const std::string_view source : {kPrelude_process, kPrelude_recovery, kPrelude_thresher}) {
    lua_rawgeti(state, LUA_REGISTRYINDEX, natives);
    lua_getfield(state, -1, "cjson");
    for (int part = 0; part < parts; ++part) lua_pushvalue(state, -2 - parts);  // stack: parts natives cjson parts
    if (auto ran = host.vm.run_prelude(source, 2 + parts); !ran) return ran;
    ++parts;
  }
  lua_replace(state, -parts);  // the module stays of them all
  lua_pop(state, parts - 2);
  host.vm.provide("thresher");
  return {};
}

}  // namespace

Result<std::unique_ptr<ScriptHost>> ScriptHost::load(const ScenarioOptions& options,
                                                     std::function<void(std::string)> print) {
  static const Result<void> interpreter = script::check_interpreter();
  if (!interpreter) return fail(interpreter.error());

  auto host = std::make_unique<ScriptHost>(options);
  host->vm.on_print(std::move(print));
  lua_State* state = host->vm.state();
  lua_newtable(state);
  add_declaration_natives(state, *host);
  add_choice_natives(state, *host);
  add_data_natives(state, *host);
  add_recording_natives(state, *host);
  add_user_natives(state, *host);
  add_plugin_natives(state, *host);
  add_history_natives(state, *host);
  add_fault_proxy_natives(state, *host);
  add_process_natives(state, *host);
  add_recovery_natives(state, *host);
  host->vm.push_provided("cjson");
  if (options.watch_runs) {
    lua_pushvalue(state, -1);
    if (auto ran = host->vm.run_prelude(kPrelude_stable_json, 1); !ran) return fail(std::move(ran.error()));
    lua_setfield(state, -2, "encode");
  }
  lua_getfield(state, -1, "encode");
  host->json_encode = luaL_ref(state, LUA_REGISTRYINDEX);
  lua_setfield(state, -2, "cjson");
  const int natives = luaL_ref(state, LUA_REGISTRYINDEX);
  add_response_type(state, *host);
  replace_math_random(state, *host);

  if (auto loaded = load_user_methods(*host, natives); !loaded) return fail(std::move(loaded.error()));
  if (auto loaded = load_module(*host, natives); !loaded) return fail(std::move(loaded.error()));
  luaL_unref(state, LUA_REGISTRYINDEX, natives);
  const script::ScriptWatch watch(host->vm, options.script_limit);
  for (const auto& file : options.files) {
    if (auto ran = host->vm.run_file(file.string()); !ran) return fail(std::move(ran.error()));
  }
  return host;
}

ScriptHost& host_of(lua_State* state) { return *static_cast<ScriptHost*>(lua_touserdata(state, lua_upvalueindex(1))); }

void add_natives(lua_State* state, ScriptHost& host, std::initializer_list<Native> functions) {
  for (const auto& [name, function] : functions) {
    lua_pushlightuserdata(state, &host);
    lua_pushcclosure(state, function, 1);
    lua_setfield(state, -2, name);
  }
}

}  // namespace thresher::bindings
