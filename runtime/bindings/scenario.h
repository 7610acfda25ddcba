#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/url.h"
#include "metrics/series.h"
#include "profile/plan.h"

namespace thresher::bindings {

/// A registry reference to a Lua function or value of one VM; kNone: there is none.
using LuaReference = int;
constexpr LuaReference kNone = -2;  // LUA_NOREF

/// How long a user thinks after an iteration.
struct WaitRule {
  enum class Kind : std::uint8_t { none, between, pacing, function };
  Kind kind = Kind::none;
  double low = 0, high = 0;       ///< seconds; a constant has both alike, pacing uses `low`
  LuaReference function = kNone;  ///< of `function`: called with the user, returns seconds
};

struct Scenario;

/// What requests, checks and metrics are attributed to: a task, or on_start and its like.
struct Activity {
  const Scenario* scenario = nullptr;
  std::string name;    ///< as the tag `task`
  metrics::Tags tags;  ///< the task's, each as `tag`
  std::string where;   ///< "login.lua:12", blamed when an error names no line itself
  LuaReference function = kNone;
};

/// A scenario as one VM loaded it.
struct Scenario {
  profile::ScenarioInfo info;
  WaitRule wait;
  std::optional<http::Url> host;                 ///< where paths go: --host, or the scenario's own
  std::vector<std::unique_ptr<Activity>> tasks;  ///< as info.tasks
  Activity on_start, on_stop;
  LuaReference table = kNone;  ///< what the script calls it by: `self` of its hooks
  std::size_t setup = 0;       ///< index + 1 into SetupStep list: whose data its users get; 0: none of its own
  std::string chunk;           ///< the file's name in messages
};

/// A setup and teardown pair: a file's own (thresher.setup) or a scenario's.
struct SetupStep {
  std::string chunk;                   ///< the file that declared it
  const Scenario* scenario = nullptr;  ///< nullptr: the file's
  Activity setup, teardown;
};

}  // namespace thresher::bindings
