#include "bindings/user.h"

#include <algorithm>
#include <lua.hpp>

#include "base/text.h"
#include "bindings/arguments.h"
#include "bindings/runner.h"
#include "bindings/script_host.h"

namespace thresher::bindings {

using script::misuse;

User::User(Runner& owner, engine::UserNumber user_number, const Scenario& its_scenario, const PlannedScenario* its_plan,
           RandomStream stream)
    : runner(owner), number(user_number), scenario(&its_scenario), plan(its_plan), random(stream) {}

User::~User() { runner.forget(*this); }

void User::on_response(const http::Response& response) { runner.response_arrived(*this, response); }

User& user_of(lua_State* state, const char* what) {
  auto* user = static_cast<User*>(script::owner_of(state));
  if (user == nullptr) misuse(state, "{}: only a virtual user can do this, not a file that loads", what);
  return *user;
}

User& waiting_user(lua_State* state, const char* what) {
  User& user = user_of(state, what);
  if (user.coroutine.state() != state) misuse(state, "{}: cannot wait inside a coroutine of your own", what);
  if (lua_isyieldable(state) == 0) {
    misuse(state,
           "{}: cannot wait here: a function that is no Lua (table.sort, string.gsub, require ...) is in between",
           what);
  }
  return user;
}

namespace {

/// No other iteration of the run has the same: the arrival's number, or the user's number and own count in one.
std::uint64_t serial_of(const User& user) {
  if (user.iteration.open_model) return user.iteration.number;
  return user.number + user.iteration.number * std::max<std::uint64_t>(user.runner.plan().users, 1);
}

/// user.number, user.iteration, user.serial, user.host; other fields are the script's own.
int user_field(lua_State* state) {
  const auto* user = static_cast<const User*>(script::owner_of(state));
  if (user == nullptr || lua_type(state, 2) != LUA_TSTRING) return 0;
  const auto name = text_at(state, 2);
  if (name == "number" && user->plan != nullptr) {
    lua_pushnumber(state, static_cast<double>(user->number) + 1);
  } else if (name == "iteration" && user->plan != nullptr) {
    lua_pushnumber(state, static_cast<double>(user->iteration.number) + 1);
  } else if (name == "serial" && user->plan != nullptr) {
    lua_pushnumber(state, static_cast<double>(serial_of(*user)));
  } else if (name == "host") {
    const auto* host = user->runner.requests().host_of_user(*user);
    if (host == nullptr) return 0;
    const auto text = host->origin.text();
    lua_pushlstring(state, text.data(), text.size());
  } else {
    return 0;
  }
  return 1;
}

int start_request(lua_State* state) {
  User& user = waiting_user(state, "request");
  return user.runner.requests().start(state, user);
}

int start_stream(lua_State* state) {
  User& user = waiting_user(state, "stream");
  return user.runner.requests().start(state, user, StreamKind::events);
}

int start_chat(lua_State* state) {
  User& user = waiting_user(state, "chat");
  return user.runner.requests().start(state, user, StreamKind::chat);
}

/// next_event() -> true, event | true, nil (the stream is over) | false (and the caller yields: an event or nil comes)
int next_event(lua_State* state) {
  User& user = waiting_user(state, "stream:next");
  EventStream* stream = user.flight.stream.get();
  if (stream != nullptr && !stream->ended() && !stream->has_events()) {
    user.waiting = Waiting::event;
    lua_pushboolean(state, 0);
    return 1;
  }
  lua_pushboolean(state, 1);
  if (stream == nullptr || !stream->push_event(state)) lua_pushnil(state);
  return 2;
}

/// close_stream() -> what is known of it: see EventStream::push_state
int close_stream(lua_State* state) {
  User& user = user_of(state, "stream:close");
  if (!user.flight.stream) {
    lua_newtable(state);
    return 1;
  }
  user.runner.requests().close_stream(user);
  user.flight.stream->push_state(state);
  return 1;
}

/// read_json(text, path?) -> value | nil, problem
int read_json(lua_State* state) {
  const auto text = string_argument(state, 1, "json");
  const auto path = lua_isnoneornil(state, 2) ? std::string_view() : string_argument(state, 2, "json: path");
  lua_settop(state, 2);
  auto* padded = static_cast<char*>(lua_newuserdata(state, text.size() + JsonReader::kPadding));
  std::copy(text.begin(), text.end(), padded);
  std::fill_n(padded + text.size(), JsonReader::kPadding, '\0');
  return host_of(state).json.push(state, {padded, text.size()}, path, 0);
}

int start_sleep(lua_State* state) {
  User& user = waiting_user(state, "sleep");
  const auto duration = seconds_argument(state, 1, "sleep");
  user.runner.sleep(user, user.runner.loop().now() + duration);
  return 0;
}

/// set_cookie(self, name, value)
int set_cookie(lua_State* state) {
  User& user = user_of(state, "set_cookie");
  if (!lua_istable(state, 1)) return misuse(state, "set_cookie: write user:set_cookie(...), with a colon");
  const auto name = string_argument(state, 2, "set_cookie: name"),
             value = string_argument(state, 3, "set_cookie: value");
  check_header_text(state, name, "set_cookie");
  check_header_text(state, value, "set_cookie");
  const auto* host = user.runner.requests().host_of_user(user);
  if (host == nullptr) return misuse(state, "set_cookie: the scenario has no host");
  user.cookies.set(*host, name, value);
  return 0;
}

int clear_cookies(lua_State* state) {
  user_of(state, "clear_cookies").cookies.clear();
  return 0;
}

/// abort(why): the prelude yields next, and the user is not resumed.
int native_abort(lua_State* state) {
  if (script::owner_of(state) == nullptr) return misuse(state, "abort: {}", text_at(state, 1));
  User& user = waiting_user(state, "abort");
  user.runner.run().abort(std::string(text_at(state, 1)));
  user.waiting = Waiting::end;
  return 0;
}

/// fail(why): the run goes on and is marked as failed.
int native_fail(lua_State* state) {
  const auto why = string_argument(state, 1, "fail");
  user_of(state, "fail").runner.run().mark_failed(std::string(why));
  return 0;
}

/// now() -> seconds on a clock that never goes back; only differences mean something
int native_now(lua_State* state) {
  const auto now = user_of(state, "now").runner.loop().read_clock();
  lua_pushnumber(state, to_seconds(now.time_since_epoch()));
  return 1;
}

/// wall() -> seconds since 1970
int native_wall(lua_State* state) {
  const auto now = user_of(state, "wall").runner.loop().wall_now();
  lua_pushnumber(state, to_seconds(now.time_since_epoch()));
  return 1;
}

/// timestamp() -> "2026-11-21T02:46:00.123456789Z"
int native_timestamp(lua_State* state) {
  const auto text = format_wall_time(user_of(state, "timestamp").runner.loop().wall_now(), true);
  lua_pushlstring(state, text.data(), text.size());
  return 1;
}

}  // namespace

void add_user_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host,
              {{"user_field", user_field},
               {"start_sleep", start_sleep},
               {"set_cookie", set_cookie},
               {"clear_cookies", clear_cookies},
               {"abort", native_abort},
               {"fail", native_fail},
               {"now", native_now},
               {"timestamp", native_timestamp},
               {"wall", native_wall},
               {"start_request", start_request},
               {"start_stream", start_stream},
               {"start_chat", start_chat},
               {"next_event", next_event},
               {"close_stream", close_stream},
               {"read_json", read_json}});
}

}  // namespace thresher::bindings
