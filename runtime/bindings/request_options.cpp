#include "bindings/request_options.h"

#include <lua.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "bindings/arguments.h"

namespace thresher::bindings {
namespace {

using script::misuse;

enum Option : std::size_t {  // most frequent first: they are compared in this order
  name,
  timeout,
  json,
  headers,
  tags,
  query,
  expect,
  port,
  auth,
  body,
  form,
  redirects,
  cookies,
  connect_timeout,
  max_body,
  expect_continue,
  silence,
  objectives,
  kinds
};

constexpr std::array<const char*, kinds> kNames = {
    "name",    "timeout",   "json", "headers",   "tags",    "query",           "expect",   "port",
    "auth",    "body",      "form", "redirects", "cookies", "connect_timeout", "max_body", "expect_continue",
    "silence", "objectives"};

constexpr double kMaxBody = 1 << 30;  // one Lua object holds an answer

[[noreturn]] void refuse_unknown(lua_State* state, const char* key) {
  {
    const std::vector<std::string> known(kNames.begin(), kNames.end());
    const auto nearest = closest(key, known);
    script::push_problem(state, nearest.empty()
                                    ? fmt::format("request: unknown option '{}'", key)
                                    : fmt::format("request: unknown option '{}'; did you mean '{}'?", key, nearest));
  }
  script::raise(state);
}

void expect_type(lua_State* state, const char* key, int type) {
  if (lua_type(state, -1) == type) return;
  misuse(state, "request: {}: expected a {}, got {}", key, lua_typename(state, type), luaL_typename(state, -1));
}

double number_within(lua_State* state, const char* key, double low, double high) {
  expect_type(state, key, LUA_TNUMBER);
  const double number = lua_tonumber(state, -1);
  if (!(number >= low && number <= high))
    misuse(state, "request: {}: {} is not between {} and {}", key, number, low, high);
  return number;
}

std::chrono::nanoseconds limit(lua_State* state, const char* key) {
  const double seconds = number_within(state, key, 0, 86400);
  if (!(seconds > 0)) misuse(state, "request: {}: must be more than 0 seconds", key);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

}  // namespace

RequestOptionReader::RequestOptionReader(lua_State* state) {
  static_assert(kinds <= kCount);
  lua_createtable(state, kinds, 0);  // anchors the names for as long as the VM lives
  for (std::size_t i = 0; i < kinds; ++i) {
    lua_pushstring(state, kNames[i]);
    keys_[i] = lua_tostring(state, -1);
    lua_rawseti(state, -2, static_cast<int>(i) + 1);
  }
  luaL_ref(state, LUA_REGISTRYINDEX);
}

RequestOptions RequestOptionReader::read(lua_State* state, int index, const RequestOptions& defaults) const {
  RequestOptions options = defaults;
  if (lua_isnoneornil(state, index)) return options;
  if (!lua_istable(state, index))
    misuse(state, "request: options: expected a table, got {}", luaL_typename(state, index));
  int bodies = 0;
  for (lua_pushnil(state); lua_next(state, index) != 0; lua_pop(state, 1)) {
    if (lua_type(state, -2) != LUA_TSTRING)
      misuse(state, "request: options are given by name, such as {{ timeout = 3 }}");
    const char* key = lua_tostring(state, -2);
    std::size_t option = 0;
    while (option < kinds && keys_[option] != key) ++option;
    switch (option) {
      case name:
        expect_type(state, key, LUA_TSTRING);
        options.name = lua_tostring(state, -1);
        if (options.name[0] == '\0') misuse(state, "request: name: is empty");
        break;
      case timeout:
        options.timeout = limit(state, key);
        break;
      case connect_timeout:
        options.connect_timeout = limit(state, key);
        break;
      case silence:
        options.silence = limit(state, key);
        break;
      case max_body:
        options.max_body = static_cast<std::size_t>(number_within(state, key, 0, kMaxBody));
        break;
      case port:
        options.port = static_cast<std::uint16_t>(number_within(state, key, 1, 65535));
        break;
      case redirects:
        if (lua_isboolean(state, -1)) {
          options.redirects = lua_toboolean(state, -1) != 0 ? defaults.redirects : 0;
        } else {
          options.redirects = static_cast<int>(number_within(state, key, 0, 1000));
        }
        break;
      case expect_continue:
        expect_type(state, key, LUA_TBOOLEAN);
        options.expect_continue = lua_toboolean(state, -1) != 0;
        break;
      case headers:
        expect_type(state, key, LUA_TTABLE);
        options.rare |= RequestOptions::kHeaders;
        break;
      case tags:
        expect_type(state, key, LUA_TTABLE);
        options.rare |= RequestOptions::kTags;
        break;
      case query:
        expect_type(state, key, LUA_TTABLE);
        options.rare |= RequestOptions::kQuery;
        break;
      case auth:
        expect_type(state, key, LUA_TTABLE);
        options.rare |= RequestOptions::kAuth;
        break;
      case cookies:
        expect_type(state, key, LUA_TTABLE);
        options.rare |= RequestOptions::kCookies;
        break;
      case expect:
        if (lua_type(state, -1) != LUA_TNUMBER) expect_type(state, key, LUA_TTABLE);
        options.rare |= RequestOptions::kExpect;
        break;
      case objectives:
        expect_type(state, key, LUA_TTABLE);
        options.rare |= RequestOptions::kObjectives;
        break;
      case json:
        options.rare |= RequestOptions::kJson;
        ++bodies;
        break;
      case form:
        expect_type(state, key, LUA_TTABLE);
        options.rare |= RequestOptions::kForm;
        ++bodies;
        break;
      case body:
        if (lua_type(state, -1) != LUA_TTABLE) expect_type(state, key, LUA_TSTRING);
        options.rare |= RequestOptions::kBody;
        ++bodies;
        break;
      default:
        refuse_unknown(state, key);
    }
  }
  if (bodies > 1) misuse(state, "request: only one of json, form and body can be the body");
  return options;
}

}  // namespace thresher::bindings
