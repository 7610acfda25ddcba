#include "bindings/recording.h"

#include <cmath>
#include <lua.hpp>

#include "bindings/arguments.h"
#include "bindings/runner.h"
#include "bindings/script_host.h"

namespace thresher::bindings {

using script::misuse;

metrics::Tags tags_of(const User& user) {
  metrics::Tags tags = user.activity->tags;
  tags.emplace_back("scenario", user.scenario->info.name);
  tags.emplace_back("task", user.activity->name);
  if (user.group != nullptr) tags.emplace_back("group", user.group->text);
  return tags;
}

void check_tags(lua_State* state, int index, const char* what) {
  if (lua_isnoneornil(state, index)) return;
  if (!lua_istable(state, index))
    misuse(state, "{}: tags: expected a table, got {}", what, luaL_typename(state, index));
  for (lua_pushnil(state); lua_next(state, index) != 0; lua_pop(state, 1)) {
    if (lua_type(state, -2) != LUA_TSTRING) misuse(state, "{}: tags: names must be strings", what);
    if (lua_isstring(state, -1) == 0) {
      misuse(state, "{}: tag '{}': expected a string, got {}", what, lua_tostring(state, -2), luaL_typename(state, -1));
    }
  }
}

void append_tags(lua_State* state, int index, metrics::Tags& tags) {
  if (lua_isnoneornil(state, index)) return;
  for (lua_pushnil(state); lua_next(state, index) != 0; lua_pop(state, 1)) {
    lua_pushvalue(state, -1);  // turning a number into text must not touch the table's own
    tags.emplace_back(text_at(state, -3), text_at(state, -1));
    lua_pop(state, 1);
  }
}

Recording::Recording(ScriptHost& host, metrics::Recorder& recorder, event::Loop& loop)
    : host_(host), recorder_(recorder), loop_(loop), check_names_(host.vm.state(), 1) {}

void Recording::note(const void* series, double value) {
  if (recorder_.keeps_samples()) recorder_.note(series, loop_.now(), value);
}

metrics::Rate& Recording::rate_of_check(lua_State* state, const User& user, int name, int tags) {
  const auto resolve = [&]() -> metrics::Rate& {
    auto all = tags_of(user);
    all.emplace_back("check", text_at(state, name));
    append_tags(state, tags, all);
    metrics::sort_tags(all);
    return recorder_.rate(*metrics::builtin_metric("checks"), std::move(all));
  };
  if (!lua_isnoneornil(state, tags)) return resolve();
  const decltype(checks_)::Key key = {user.activity, user.group, lua_tostring(state, name)};
  auto& slot = checks_.slot_of(key);
  if (slot.key != key) {
    check_names_.hold(state, checks_.index_of(slot), 0, name);
    slot = {.key = key, .value = &resolve()};
  }
  return *slot.value;
}

int Recording::check(lua_State* state, User& user) {
  if (!lua_istable(state, 2)) {
    return misuse(state, "check: the second argument must be a table of [\"what is checked\"] = true or false, got {}",
                  luaL_typename(state, 2));
  }
  lua_settop(state, 3);
  check_tags(state, 3, "check");
  bool all = true;
  lua_pushnil(state);
  while (lua_next(state, 2) != 0) {  // stack: value checks tags name result
    if (lua_type(state, -2) != LUA_TSTRING) return misuse(state, "check: names must be strings");
    if (lua_isfunction(state, -1)) {
      lua_pushvalue(state, 1);
      lua_call(state, 1, 1);
    }
    const bool passed = lua_toboolean(state, -1) != 0;
    all = all && passed;
    if (!passed && host_.options.walk != nullptr)
      host_.options.walk->on_failed_check(user.activity->name, text_at(state, -2));
    auto& rate = rate_of_check(state, user, lua_gettop(state) - 1, 3);
    rate.add(passed);
    note(&rate, passed ? 1 : 0);
    lua_pop(state, 1);
  }
  lua_pushboolean(state, all ? 1 : 0);
  return 1;
}

void* Recording::series_of(const User& user, const metrics::MetricInfo& metric, metrics::Tags extra) {
  auto tags = tags_of(user);
  tags.insert(tags.end(), extra.begin(), extra.end());
  metrics::sort_tags(tags);
  switch (metric.kind) {
    case metrics::MetricKind::counter:
      return &recorder_.counter(metric, std::move(tags));
    case metrics::MetricKind::gauge:
      return &recorder_.gauge(metric, std::move(tags));
    case metrics::MetricKind::rate:
      return &recorder_.rate(metric, std::move(tags));
    default:
      return &recorder_.trend(metric, std::move(tags));
  }
}

int Recording::add(lua_State* state, User& user) {
  if (!lua_istable(state, 1)) return misuse(state, "add: write metric:add(value), with a colon");
  lua_rawgeti(state, 1, 1);
  const auto index = static_cast<std::size_t>(lua_tointeger(state, -1));
  lua_pop(state, 1);
  if (index >= host_.metrics.size()) return misuse(state, "add: this is no metric");
  const auto& metric = host_.metrics[index];
  const bool is_rate = metric.kind == metrics::MetricKind::rate;
  if (is_rate ? lua_isnoneornil(state, 2) : lua_type(state, 2) != LUA_TNUMBER) {
    return misuse(state, "add: the {} '{}' takes a {}, got {}", is_rate ? "rate" : "metric", metric.name,
                  is_rate ? "truth value" : "number", luaL_typename(state, 2));
  }
  const bool truth = lua_type(state, 2) == LUA_TNUMBER ? lua_tonumber(state, 2) != 0 : lua_toboolean(state, 2) != 0;
  const double value = is_rate ? (truth ? 1 : 0) : lua_tonumber(state, 2);
  if (!std::isfinite(value)) return misuse(state, "add: {} is no value for '{}'", value, metric.name);
  if (metric.kind == metrics::MetricKind::counter && value < 0) {
    return misuse(state, "add: the counter '{}' only grows; {} is negative", metric.name, value);
  }
  check_tags(state, 3, "add");

  void* series = nullptr;
  if (lua_isnoneornil(state, 3)) {
    const decltype(customs_)::Key key = {user.activity, user.group, reinterpret_cast<const void*>(index + 1)};
    auto& slot = customs_.slot_of(key);
    if (slot.key != key) slot = {.key = key, .value = series_of(user, metric, {})};
    series = slot.value;
  } else {
    metrics::Tags extra;
    append_tags(state, 3, extra);
    series = series_of(user, metric, std::move(extra));
  }
  switch (metric.kind) {
    case metrics::MetricKind::counter:
      static_cast<metrics::Counter*>(series)->add(value);
      break;
    case metrics::MetricKind::gauge:
      static_cast<metrics::Gauge*>(series)->set(value);
      break;
    case metrics::MetricKind::rate:
      static_cast<metrics::Rate*>(series)->add(truth);
      break;
    case metrics::MetricKind::trend:
      static_cast<metrics::Trend*>(series)->add_value(value);
      break;
  }
  note(series, value);
  return 0;
}

int Recording::enter_group(lua_State* state, User& user) {
  auto* visit = static_cast<GroupVisit*>(lua_newuserdata(state, sizeof(GroupVisit)));
  *visit = {.outer = user.group, .entered = loop_.now()};
  std::string path = user.group == nullptr ? "" : user.group->text;
  path.append("::").append(text_at(state, 1));
  auto& group = groups_[path];
  if (!group) group = std::make_unique<GroupPath>(GroupPath{std::move(path)});
  user.group = group.get();
  return 1;
}

int Recording::leave_group(lua_State* state, User& user) {
  const auto& visit = *static_cast<const GroupVisit*>(lua_touserdata(state, 1));
  if (user.group != nullptr) {
    auto tags = tags_of(user);
    metrics::sort_tags(tags);
    auto& trend = recorder_.trend(*metrics::builtin_metric("group_duration"), std::move(tags));
    const auto taken = loop_.now() - visit.entered;
    trend.add(taken);
    note(&trend, to_milliseconds(taken));
  }
  user.group = visit.outer;
  return 0;
}

namespace {

int native_check(lua_State* state) {
  User& user = user_of(state, "check");
  return user.runner.recording().check(state, user);
}

int native_add(lua_State* state) {
  User& user = user_of(state, "add");
  return user.runner.recording().add(state, user);
}

int native_enter_group(lua_State* state) {
  User& user = user_of(state, "group");
  return user.runner.recording().enter_group(state, user);
}

int native_leave_group(lua_State* state) {
  User& user = user_of(state, "group");
  return user.runner.recording().leave_group(state, user);
}

/// Error handler of a group: the traceback would otherwise begin where the group passes the error on.
int native_keep_traceback(lua_State* state) {
  User& user = user_of(state, "group");
  lua_settop(state, 1);
  user.runner.keep_traceback(state);
  return 1;
}

}  // namespace

void add_recording_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host,
              {{"check", native_check},
               {"add_to_metric", native_add},
               {"enter_group", native_enter_group},
               {"leave_group", native_leave_group},
               {"keep_traceback", native_keep_traceback}});
}

}  // namespace thresher::bindings
