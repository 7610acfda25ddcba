#pragma once

#include <string_view>
#include <unordered_map>

#include "bindings/lua_anchors.h"
#include "bindings/pointer_cache.h"
#include "bindings/user.h"
#include "metrics/recorder.h"

namespace thresher::bindings {

struct ScriptHost;

/// What scripts record of their own accord on one worker: checks, groups, custom metrics. Series are resolved once per
/// place they come from (activity, group, name) and remembered.
class Recording {
 public:
  Recording(ScriptHost& host, metrics::Recorder& recorder, event::Loop& loop);

  /// check(value, { [name] = truth or function }, tags?) -> whether all passed
  int check(lua_State* state, User& user);
  /// add(metric, value, tags?)
  int add(lua_State* state, User& user);
  /// enter(name) -> what leave() takes back
  int enter_group(lua_State* state, User& user);
  int leave_group(lua_State* state, User& user);

 private:
  static constexpr std::size_t kSlots = 1024;

  struct GroupVisit {
    const GroupPath* outer;
    TimePoint entered;
  };

  metrics::Rate& rate_of_check(lua_State* state, const User& user, int name, int tags);
  void* series_of(const User& user, const metrics::MetricInfo& metric, metrics::Tags extra);
  void note(const void* series, double value);

  ScriptHost& host_;
  metrics::Recorder& recorder_;
  event::Loop& loop_;
  PointerCache<metrics::Rate*, 3, kSlots> checks_;
  LuaAnchors check_names_;
  PointerCache<void*, 3, kSlots> customs_;
  std::unordered_map<std::string, std::unique_ptr<GroupPath>> groups_;
};

/// What every sample of this user's present activity is tagged with: scenario, task, group, and the task's tags.
metrics::Tags tags_of(const User& user);
/// Raises unless the value at `index` is nil or a table append_tags() takes.
void check_tags(lua_State* state, int index, const char* what);
/// Appends the pairs of the table at `index`, which check_tags() has seen.
void append_tags(lua_State* state, int index, metrics::Tags& tags);

}  // namespace thresher::bindings
