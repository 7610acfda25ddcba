#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "bindings/data_set.h"
#include "bindings/json_reader.h"
#include "bindings/named_generator.h"
#include "bindings/scenario.h"
#include "bindings/scenario_runner.h"
#include "metrics/series.h"
#include "script/vm.h"

struct lua_State;

namespace thresher::bindings {

/// One VM with everything a scenario sees, and what its files declared: what a worker's runner and the catalogue have
/// in common. Native functions find it in their first upvalue.
struct ScriptHost {
  /// Loads the prelude and every file; `print` gets the lines scripts print, while loading too.
  static Result<std::unique_ptr<ScriptHost>> load(const ScenarioOptions& options,
                                                  std::function<void(std::string)> print);

  explicit ScriptHost(const ScenarioOptions& scenario_options) : options(scenario_options) {}

  const ScenarioOptions& options;  ///< outlives the host
  script::Vm vm;
  std::vector<std::unique_ptr<Scenario>> scenarios;
  std::vector<std::unique_ptr<SetupStep>> setups;
  std::vector<metrics::MetricInfo> metrics;  ///< custom ones, in the order declared; scripts hold indexes
  profile::Profile profile;                  ///< what thresher.options said
  std::vector<DataRows> data_rows;           ///< opened by scripts, which hold indexes
  std::vector<NamedGenerator> generators;    ///< likewise
  std::vector<WantedValidator> validators;
  std::size_t fault_proxies = 0;  ///< declared so far
  JsonReader json;
  /// Random numbers outside a user: the same in every VM, since every VM loads the same files.
  RandomStream loading_random{0, StreamPurpose::run, 0};
  LuaReference user_metatable = kNone, response_metatable = kNone, headers_metatable = kNone;
  LuaReference json_encode = kNone;  ///< cjson.encode
};

/// The host of a native function: its first upvalue.
ScriptHost& host_of(lua_State* state);

/// A native function, for the tables below.
struct Native {
  const char* name;
  int (*function)(lua_State*);
};
/// Adds functions to the table on top of the stack, each with the host as its upvalue.
void add_natives(lua_State* state, ScriptHost& host, std::initializer_list<Native> functions);

// What each file of natives adds to the table the prelude gets.
void add_declaration_natives(lua_State* state, ScriptHost& host);
void add_choice_natives(lua_State* state, ScriptHost& host);
void add_data_natives(lua_State* state, ScriptHost& host);
void add_recording_natives(lua_State* state, ScriptHost& host);
void add_user_natives(lua_State* state, ScriptHost& host);
void add_plugin_natives(lua_State* state, ScriptHost& host);
void add_history_natives(lua_State* state, ScriptHost& host);
void add_fault_proxy_natives(lua_State* state, ScriptHost& host);
void add_process_natives(lua_State* state, ScriptHost& host);
void add_recovery_natives(lua_State* state, ScriptHost& host);
/// Makes the metatable responses share. See response.h.
void add_response_type(lua_State* state, ScriptHost& host);
/// math.random and math.randomseed answer from the run's seed.
void replace_math_random(lua_State* state, ScriptHost& host);

}  // namespace thresher::bindings
