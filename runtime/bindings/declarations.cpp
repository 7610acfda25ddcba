#include <cmath>
#include <lua.hpp>
#include <set>

#include "base/text.h"
#include "bindings/arguments.h"
#include "bindings/script_host.h"
#include "bindings/script_options.h"

namespace thresher::bindings {
namespace {

using script::misuse;
using script::Position;
using script::push_problem;

std::vector<std::string> strings_at(lua_State* state, int index) {
  std::vector<std::string> result;
  const auto size = static_cast<int>(lua_objlen(state, index));
  for (int i = 1; i <= size; ++i) {
    lua_rawgeti(state, index, i);
    result.emplace_back(text_at(state, -1));
    lua_pop(state, 1);
  }
  return result;
}

metrics::Tags as_tags(const std::vector<std::string>& tags) {
  metrics::Tags result;
  for (const auto& tag : tags) result.emplace_back("tag", tag);
  return result;
}

LuaReference reference_to(lua_State* state, int index) {
  if (lua_isnoneornil(state, index)) return kNone;
  lua_pushvalue(state, index);
  return luaL_ref(state, LUA_REGISTRYINDEX);
}

WaitRule wait_rule_at(lua_State* state, int kind, int low) {
  const auto name = text_at(state, kind);
  WaitRule rule{.kind = WaitRule::Kind::none, .low = lua_tonumber(state, low), .high = lua_tonumber(state, low + 1)};
  if (name == "between") rule.kind = WaitRule::Kind::between;
  if (name == "pacing") rule.kind = WaitRule::Kind::pacing;
  if (name == "function") rule.kind = WaitRule::Kind::function;
  rule.function = reference_to(state, low + 2);
  return rule;
}

/// misuse(text): raises, blaming the author's line.
int native_misuse(lua_State* state) { return misuse(state, "{}", text_at(state, 1)); }

/// unknown(what, name, known names): raises "request: unknown option 'tiemout'; did you mean 'timeout'?".
int native_unknown(lua_State* state) {
  {
    const auto known = strings_at(state, 3);
    const auto nearest = closest(text_at(state, 2), known);
    std::string text = fmt::format("{} has no '{}'", text_at(state, 1), text_at(state, 2));
    text += nearest.empty() ? fmt::format(" (known: {})", fmt::join(known, ", "))
                            : fmt::format("; did you mean '{}'?", nearest);
    push_problem(state, text);
  }
  script::raise(state);
}

/// declare_scenario(name, weight, host | nil, sequential, tags, wait kind, low, high, function | nil, table,
/// preflight) -> number
int declare_scenario(lua_State* state) {
  auto& host = host_of(state);
  bool declared = false;
  {
    Position author;
    script::author_position(state, author);
    std::string problem;
    auto scenario = std::make_unique<Scenario>();
    scenario->chunk = author.chunk;
    auto& info = scenario->info;
    info.name = text_at(state, 1);
    info.file = host.vm.path_of(author.chunk);
    info.weight = lua_tonumber(state, 2);
    if (!lua_isnil(state, 3)) info.host = text_at(state, 3);
    info.sequential = lua_toboolean(state, 4) != 0;
    info.preflight = lua_toboolean(state, 11) != 0;
    info.tags = strings_at(state, 5);
    scenario->wait = wait_rule_at(state, 6, 7);
    scenario->table = reference_to(state, 10);
    const auto where = fmt::format("{}:{}", author.chunk, author.line);
    const auto tags = as_tags(info.tags);
    scenario->on_start = {.scenario = scenario.get(), .name = "on_start", .tags = tags, .where = where};
    scenario->on_stop = {.scenario = scenario.get(), .name = "on_stop", .tags = tags, .where = where};
    for (const auto& other : host.scenarios) {
      if (other->info.name == info.name)
        problem = fmt::format("scenario: there is already one named '{}' ({})", info.name, other->chunk);
    }
    const std::string& chosen = host.options.host.empty() ? info.host : host.options.host;
    if (!chosen.empty()) {
      if (auto url = http::parse_url(chosen)) {
        scenario->host = std::move(*url);
      } else {
        problem = fmt::format("scenario: host: {}", url.error().message);
      }
    }
    if (problem.empty()) {
      host.scenarios.push_back(std::move(scenario));
      declared = true;
    } else {
      push_problem(state, problem);
    }
  }
  if (!declared) script::raise(state);
  lua_pushinteger(state, static_cast<lua_Integer>(host.scenarios.size()) - 1);
  return 1;
}

/// declare_task(scenario, name, weight, tags, function)
int declare_task(lua_State* state) {
  auto& scenario = *host_of(state).scenarios[static_cast<std::size_t>(lua_tointeger(state, 1))];
  bool declared = false;
  {
    Position author;
    script::author_position(state, author);
    const auto own = strings_at(state, 4);
    std::set<std::string> tags(scenario.info.tags.begin(), scenario.info.tags.end());
    tags.insert(own.begin(), own.end());
    profile::TaskInfo info{.name = std::string(text_at(state, 2)),
                           .weight = lua_tonumber(state, 3),
                           .tags = {tags.begin(), tags.end()},
                           .where = fmt::format("{}:{}", author.chunk, author.line)};
    const auto same = [&](const profile::TaskInfo& other) { return other.name == info.name; };
    const auto& tasks = scenario.info.tasks;
    if (std::any_of(tasks.begin(), tasks.end(), same)) {
      push_problem(state, fmt::format("task: scenario '{}' already has one named '{}'", scenario.info.name, info.name));
    } else {
      scenario.tasks.push_back(std::make_unique<Activity>(Activity{.scenario = &scenario,
                                                                   .name = info.name,
                                                                   .tags = as_tags(info.tags),
                                                                   .where = info.where,
                                                                   .function = reference_to(state, 5)}));
      scenario.info.tasks.push_back(std::move(info));
      declared = true;
    }
  }
  if (!declared) script::raise(state);
  return 0;
}

SetupStep& setup_step(ScriptHost& host, Scenario* scenario, std::string_view chunk) {
  for (const auto& step : host.setups) {
    if (step->scenario == scenario && (scenario != nullptr || step->chunk == chunk)) return *step;
  }
  host.setups.push_back(std::make_unique<SetupStep>(
      SetupStep{.chunk = std::string(chunk), .scenario = scenario, .setup = {}, .teardown = {}}));
  if (scenario != nullptr) scenario->setup = host.setups.size();
  return *host.setups.back();
}

/// declare_hook(scenario | nil, "on_start" | "on_stop" | "setup" | "teardown", function)
int declare_hook(lua_State* state) {
  auto& host = host_of(state);
  Scenario* scenario =
      lua_isnil(state, 1) ? nullptr : host.scenarios[static_cast<std::size_t>(lua_tointeger(state, 1))].get();
  bool declared = false;
  {
    Position author;
    script::author_position(state, author);
    const auto name = text_at(state, 2);
    Activity* activity = nullptr;
    if (name == "on_start" || name == "on_stop") {
      activity = name == "on_start" ? &scenario->on_start : &scenario->on_stop;
    } else {
      auto& step = setup_step(host, scenario, author.chunk);
      activity = name == "setup" ? &step.setup : &step.teardown;
      *activity = {
          .scenario = scenario, .name = std::string(name), .tags = {}, .where = {}, .function = activity->function};
    }
    if (activity->function != kNone) {
      push_problem(state, fmt::format("{} is already defined ({})", name, activity->where));
    } else {
      activity->where = fmt::format("{}:{}", author.chunk, author.line);
      activity->function = reference_to(state, 3);
      declared = true;
    }
  }
  if (!declared) script::raise(state);
  return 0;
}

/// declare_metric(kind, name, contains | nil) -> index. A name keeps its kind.
int declare_metric(lua_State* state) {
  auto& host = host_of(state);
  const auto kind = text_at(state, 1), name = text_at(state, 2);
  std::string_view contains = "default";
  if (!lua_isnoneornil(state, 3)) contains = string_argument(state, 3, "contains");
  if (contains != "default" && contains != "time" && contains != "data") {
    return misuse(state, "{}: contains must be \"time\", \"data\" or \"default\", not \"{}\"", kind, contains);
  }
  if (metrics::builtin_metric(name) != nullptr)
    return misuse(state, "{}: '{}' is a built-in metric's name", kind, name);
  static constexpr std::array<std::string_view, 4> kKinds = {"counter", "gauge", "rate", "trend"};
  std::size_t index = 0;
  std::string_view clash;
  {
    metrics::MetricInfo metric{
        .name = std::string(name),
        .kind = static_cast<metrics::MetricKind>(std::find(kKinds.begin(), kKinds.end(), kind) - kKinds.begin()),
        .contains = contains == "time"   ? metrics::Contains::time
                    : contains == "data" ? metrics::Contains::data
                                         : metrics::Contains::plain};
    while (index < host.metrics.size() && host.metrics[index].name != name) ++index;
    if (index == host.metrics.size()) {
      host.metrics.push_back(std::move(metric));
    } else if (host.metrics[index] != metric) {
      clash = kKinds[static_cast<std::size_t>(host.metrics[index].kind)];
    }
  }
  if (!clash.empty()) {
    return misuse(state, "{}: '{}' is already a {}{}", kind, name, clash,
                  clash == kind ? " that contains something else" : "");
  }
  lua_pushinteger(state, static_cast<lua_Integer>(index));
  return 1;
}

/// declare_options(table)
int declare_options(lua_State* state) {
  bool declared = false;
  {
    if (auto parsed = read_script_options(state, 1)) {
      auto& host = host_of(state);
      host.profile = profile::overlay(std::move(host.profile), *parsed);
      declared = true;
    } else {
      push_problem(state, parsed.error().message);
    }
  }
  if (!declared) script::raise(state);
  return 0;
}

}  // namespace

std::chrono::nanoseconds seconds_argument(lua_State* state, int index, const char* what) {
  constexpr double kYear = 365.0 * 24 * 3600;
  const double seconds = number_argument(state, index, what);
  if (!(seconds >= 0) || seconds > kYear) misuse(state, "{}: seconds must be 0 or more, got {}", what, seconds);
  return std::chrono::nanoseconds(std::llround(seconds * 1e9));
}

void add_declaration_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host,
              {{"misuse", native_misuse},
               {"unknown", native_unknown},
               {"declare_scenario", declare_scenario},
               {"declare_task", declare_task},
               {"declare_hook", declare_hook},
               {"declare_metric", declare_metric},
               {"declare_options", declare_options}});
}

}  // namespace thresher::bindings
