// thresher.fault_proxy: what its Lua calls.
#include <fmt/format.h>

#include <cmath>
#include <lua.hpp>
#include <string>
#include <utility>

#include "bindings/arguments.h"
#include "bindings/fault_proxies.h"
#include "bindings/runner.h"
#include "bindings/script_host.h"
#include "http/url.h"

namespace thresher::bindings {
namespace {

constexpr double kMostSeconds = 365.0 * 86'400;

/// Runs `work`, which may hold objects with destructors, and raises its error with the author's line.
template <class Work>
void do_or_raise(lua_State* state, const char* what, Work&& work) {
  bool done = false;
  if (Result<void> result = work(); result)
    done = true;
  else
    script::push_problem(state, fmt::format("{}: {}", what, result.error().message));
  if (!done) script::raise(state);
}

auto refuse(std::string why) { return fail(ErrorCode::invalid_argument, std::move(why)); }

Result<std::string> text_field(lua_State* state, int table, const char* name) {
  lua_getfield(state, table, name);
  const int type = lua_type(state, -1);
  std::string text(type == LUA_TSTRING ? text_at(state, -1) : "");
  lua_pop(state, 1);
  if (type != LUA_TSTRING && type != LUA_TNIL)
    return refuse(fmt::format("{}: expected a string, got {}", name, lua_typename(state, type)));
  return text;
}

/// A toxic's members besides its attributes: texts that choose, the share, the schedule.
Result<bool> read_general(proxy::Toxic& toxic, std::string_view key, double value) {
  const auto seconds = [&](Nanoseconds& into) -> Result<bool> {
    if (!(value >= 0 && value <= kMostSeconds))
      return refuse(fmt::format("{}: expected seconds from 0 to a year, got {}", key, value));
    into = Nanoseconds(std::llround(value * 1e9));
    return true;
  };
  if (key == "from") return seconds(toxic.schedule.from);
  if (key == "to") return seconds(toxic.schedule.to);
  if (key == "every") return seconds(toxic.schedule.every);
  if (key == "spread") return seconds(toxic.schedule.spread);
  if (key != "toxicity") return false;
  toxic.toxicity = value;
  return true;
}

/// The choices a toxic's texts make: type, stream, per, name.
Result<proxy::Toxic> choose(lua_State* state, int table) {
  std::string texts[4];
  constexpr const char* kNames[] = {"type", "stream", "per", "name"};
  for (std::size_t i = 0; i < 4; ++i) {
    auto text = text_field(state, table, kNames[i]);
    if (!text) return fail(std::move(text.error()));
    texts[i] = std::move(*text);
  }
  const auto& [type, stream, per, name] = texts;
  const auto known = proxy::toxic_type(type);
  if (!known)
    return refuse(
        fmt::format("type '{}': expected latency, bandwidth, slow_close, timeout, reset_peer, slicer, "
                    "limit_data, corrupt or down",
                    type));
  const auto direction = proxy::direction(stream.empty() ? "downstream" : stream);
  if (!direction) return refuse(fmt::format("stream '{}': expected upstream or downstream", stream));
  const auto unit = proxy::per(per.empty() ? "connection" : per);
  if (!unit) return refuse(fmt::format("per '{}': expected connection or request", per));
  proxy::Toxic toxic = proxy::Toxic::of(*known);
  toxic.stream = *direction;
  toxic.per = *unit;
  toxic.name = name;
  return toxic;
}

/// { type = "latency", latency = 100, stream = "upstream", toxicity = 0.5, from = 10, to = 20 ... } at `table`.
Result<proxy::Toxic> read_toxic(lua_State* state, int table) {
  if (!lua_istable(state, table)) return refuse("a toxic is a table, such as { type = \"latency\", latency = 100 }");
  auto toxic = choose(state, table);
  if (!toxic) return toxic;
  for (lua_pushnil(state); lua_next(state, table) != 0; lua_pop(state, 1)) {
    if (lua_type(state, -2) != LUA_TSTRING) return refuse("a toxic has members by name, such as latency = 100");
    const std::string key(text_at(state, -2));
    if (key == "type" || key == "stream" || key == "per" || key == "name") continue;
    if (lua_type(state, -1) != LUA_TNUMBER)
      return refuse(fmt::format("{}: expected a number, got {}", key, luaL_typename(state, -1)));
    const auto general = read_general(*toxic, key, lua_tonumber(state, -1));
    if (!general) return fail(Error(general.error()));
    if (*general) continue;
    if (auto set = toxic->set(key, lua_tonumber(state, -1)); !set) return fail(std::move(set.error()));
  }
  return toxic;
}

/// Where a proxy leads, and what stands before and after its address in the URL that leads to it.
struct Upstream {
  std::string endpoint, scheme, path;
};

Result<Upstream> read_upstream(std::string_view text) {
  if (text.find("://") == std::string_view::npos) return Upstream{std::string(text), "http", ""};
  auto url = http::parse_url(text);
  if (!url) return fail(std::move(url.error()));
  const bool is_ipv6 = url->origin.host.find(':') != std::string::npos;
  return Upstream{fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", url->origin.host, is_ipv6 ? "]" : "", url->origin.port),
                  url->origin.secure ? "https" : "http", url->target == "/" ? "" : url->target};
}

/// declare_fault_proxy(upstream, { listen, name, seed, toxics }) -> number, url, listen
int declare_fault_proxy(lua_State* state) {
  const auto upstream = string_argument(state, 1, "fault_proxy");
  luaL_checktype(state, 2, LUA_TTABLE);
  if (script::owner_of(state) != nullptr) {
    script::misuse(state,
                   "fault_proxy: make it where the file loads, not inside a function: there is one for all users. "
                   "proxy:add, remove, down and up are for later");
  }
  auto& host = host_of(state);
  const std::size_t index = host.fault_proxies++;
  do_or_raise(state, "fault_proxy", [&]() -> Result<void> {
    const auto leads = read_upstream(upstream);
    if (!leads) return fail(Error(leads.error()));
    auto listen = text_field(state, 2, "listen"), name = text_field(state, 2, "name");
    if (!listen) return fail(std::move(listen.error()));
    if (!name) return fail(std::move(name.error()));
    FaultProxyDeclaration declaration{.name = name->empty() ? fmt::format("fault_proxy_{}", index + 1) : *name,
                                      .upstream = leads->endpoint,
                                      .listen = *listen,
                                      .seed = host.options.seed,
                                      .toxics = {}};
    lua_getfield(state, 2, "seed");
    if (lua_type(state, -1) == LUA_TNUMBER) declaration.seed = static_cast<std::uint64_t>(lua_tonumber(state, -1));
    lua_getfield(state, 2, "toxics");  // stack: upstream options seed toxics
    const int toxics = lua_gettop(state);
    for (int i = 1; lua_istable(state, toxics) && i <= static_cast<int>(lua_objlen(state, toxics)); ++i) {
      lua_rawgeti(state, toxics, i);
      auto toxic = read_toxic(state, lua_gettop(state));
      if (!toxic) return refuse(fmt::format("toxic {}: {}", i, toxic.error().message));
      declaration.toxics.push_back(std::move(*toxic));
      lua_settop(state, toxics);
    }
    const auto at = host.options.fault_proxies->declare(index, std::move(declaration), host.options.watch_runs);
    if (!at) return fail(Error(at.error()));
    lua_pushnumber(state, static_cast<lua_Number>(index));
    const auto address = proxy::parse_listen(*at);
    const bool anywhere = address && address->is_wildcard();
    const std::string url = fmt::format("{}://{}{}", leads->scheme,
                                        anywhere ? event::Address::loopback(address->port).text() : *at, leads->path);
    lua_pushlstring(state, url.data(), url.size());
    lua_pushlstring(state, at->data(), at->size());
    return {};
  });
  return 3;
}

std::size_t index_at(lua_State* state, int argument) { return static_cast<std::size_t>(lua_tonumber(state, argument)); }

/// add_toxic(number, toxic) -> name
int add_toxic(lua_State* state) {
  User& user = user_of(state, "proxy:add");
  do_or_raise(state, "proxy:add", [&]() -> Result<void> {
    auto toxic = read_toxic(state, 2);
    if (!toxic) return fail(std::move(toxic.error()));
    const auto name =
        host_of(state).options.fault_proxies->add(index_at(state, 1), std::move(*toxic), user.runner.loop());
    if (!name) return fail(Error(name.error()));
    lua_pushlstring(state, name->data(), name->size());
    return {};
  });
  return 1;
}

/// remove_toxic(number, name)
int remove_toxic(lua_State* state) {
  User& user = user_of(state, "proxy:remove");
  const auto name = string_argument(state, 2, "proxy:remove");
  do_or_raise(state, "proxy:remove", [&] {
    return host_of(state).options.fault_proxies->remove(index_at(state, 1), std::string(name), user.runner.loop());
  });
  return 0;
}

/// enable_fault_proxy(number, enabled)
int enable_fault_proxy(lua_State* state) {
  const bool enabled = lua_toboolean(state, 2) != 0;
  const char* const what = enabled ? "proxy:up" : "proxy:down";
  User& user = user_of(state, what);
  do_or_raise(state, what, [&] {
    return host_of(state).options.fault_proxies->set_enabled(index_at(state, 1), enabled, user.runner.loop());
  });
  return 0;
}

}  // namespace

void add_fault_proxy_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host,
              {{"declare_fault_proxy", declare_fault_proxy},
               {"add_toxic", add_toxic},
               {"remove_toxic", remove_toxic},
               {"enable_fault_proxy", enable_fault_proxy}});
}

}  // namespace thresher::bindings
