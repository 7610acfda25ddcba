#include "bindings/response.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <lua.hpp>

#include "bindings/arguments.h"
#include "bindings/json_reader.h"
#include "bindings/script_host.h"
#include "bindings/user.h"
#include "http/content_coding.h"
#include "http/headers.h"

namespace thresher::bindings {
namespace {

using script::misuse;

char kept_marker;  // its address marks a table of push_kept

/// The fields, in the order a script usually asks for them.
enum Field : std::size_t {
  status,
  json,
  body,
  ok,
  error,
  error_code,
  headers,
  timings,
  url,
  proto,
  tls_version,
  error_detail,
  kFields
};
constexpr std::array<const char*, kFields> kNames = {"status", "json",       "body",        "ok",
                                                     "error",  "error_code", "headers",     "timings",
                                                     "url",    "proto",      "tls_version", "error_detail"};

ResponseData& response_at(lua_State* state, int index, const char* what) {
  auto* data = static_cast<ResponseData*>(lua_touserdata(state, index));
  if (data == nullptr || lua_objlen(state, index) < sizeof(ResponseData) || data->magic != ResponseData::kMagic) {
    misuse(state, "{}: write res:{}(), with a colon", what, what);
  }
  return *data;
}

void push_text(lua_State* state, std::string_view text) { lua_pushlstring(state, text.data(), text.size()); }

/// Pushes the table where what was made for the response at `index` is kept: its environment, own from the first use
/// on.
void push_kept(lua_State* state, int index) {
  lua_getfenv(state, index);
  lua_pushlightuserdata(state, &kept_marker);
  lua_rawget(state, -2);
  const bool own = lua_toboolean(state, -1) != 0;
  lua_pop(state, 1);
  if (own) return;
  lua_pop(state, 1);
  lua_newtable(state);
  lua_pushlightuserdata(state, &kept_marker);
  lua_pushboolean(state, 1);
  lua_rawset(state, -3);
  lua_pushvalue(state, -1);
  lua_setfenv(state, index);
}

/// Pushes the body with its content coding undone, or nil when it does not decode: the response then says error
/// "decode".
void push_body(lua_State* state, int index, ResponseData& response) {
  const auto encoding =
      response.body_size == 0 ? http::HeaderValue{} : http::find_header(response.head(), "Content-Encoding");
  if (!encoding.present) return push_text(state, response.body());
  push_kept(state, index);
  lua_getfield(state, -1, "body");
  if (lua_isnil(state, -1) && response.outcome == Outcome::ok) {
    lua_pop(state, 1);
    if (const auto decoded = http::decode_content(response.body(), encoding.value, response.max_body)) {
      push_text(state, *decoded);
      lua_pushvalue(state, -1);
      lua_setfield(state, -3, "body");
    } else {
      response.outcome = Outcome::decode;
      lua_pushnil(state);
    }
  }
  lua_remove(state, -2);
}

constexpr std::size_t kHeaderNameMax = 256;

/// At most kHeaderNameMax bytes.
void push_lower(lua_State* state, std::string_view name) {
  std::array<char, kHeaderNameMax> lower{};
  std::transform(name.begin(), name.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  lua_pushlstring(state, lower.data(), name.size());
}

/// Headers by lower-case name; __index lowers what it is asked for. Lines of one name are joined with a comma (RFC
/// 9110, 5.3).
void push_headers(lua_State* state, int index, const ResponseData& response) {
  push_kept(state, index);
  lua_getfield(state, -1, "headers");
  if (!lua_isnil(state, -1)) return lua_remove(state, -2);
  lua_pop(state, 1);
  lua_newtable(state);
  http::HeaderReader reader(response.head());
  std::string_view name, value;
  while (reader.next(name, value)) {
    if (name.size() > kHeaderNameMax) continue;
    push_lower(state, name);
    lua_pushvalue(state, -1);
    lua_rawget(state, -3);  // stack: kept headers name earlier
    if (lua_isnil(state, -1)) {
      lua_pop(state, 1);
      push_text(state, value);
    } else {
      lua_pushliteral(state, ", ");
      push_text(state, value);
      lua_concat(state, 3);
    }
    lua_rawset(state, -3);
  }
  lua_rawgeti(state, LUA_REGISTRYINDEX, host_of(state).headers_metatable);
  lua_setmetatable(state, -2);
  lua_pushvalue(state, -1);
  lua_setfield(state, -3, "headers");
  lua_remove(state, -2);
}

int headers_index(lua_State* state) {
  if (lua_type(state, 2) != LUA_TSTRING) return 0;
  const auto name = text_at(state, 2);
  if (name.size() > kHeaderNameMax) return 0;
  push_lower(state, name);
  lua_rawget(state, 1);
  return 1;
}

void push_timings(lua_State* state, const http::Timings& timings) {
  lua_createtable(state, 0, 7);
  const auto set = [state](const char* name, Nanoseconds value) {
    lua_pushnumber(state, to_milliseconds(value));
    lua_setfield(state, -2, name);
  };
  set("blocked", timings.blocked);
  set("connecting", timings.connecting);
  set("tls_handshaking", timings.tls_handshaking);
  set("sending", timings.sending);
  set("waiting", timings.waiting);
  set("receiving", timings.receiving);
  set("duration", timings.duration());
}

/// res:json(path?) -> value | nil, problem
int response_json(lua_State* state) {
  auto& host = host_of(state);
  auto& response = response_at(state, 1, "json");
  const auto path = lua_isnoneornil(state, 2) ? std::string_view() : string_argument(state, 2, "json: path");
  lua_settop(state, 2);
  if (response.body_size == 0) {
    lua_pushnil(state);
    lua_pushliteral(state, "there is no body");
    return 2;
  }
  if (!http::find_header(response.head(), "Content-Encoding").present) {
    const int pushed = host.json.push(state, response.body(), path, response.number);
    const auto* user = static_cast<const User*>(script::owner_of(state));
    if (host.options.walk != nullptr && user != nullptr && lua_isnil(state, 3) && response.status < 300)
      host.options.walk->on_missing_field(user->activity->name, path);
    return pushed;
  }
  push_body(state, 1, response);
  if (lua_isnil(state, -1)) {
    lua_pushliteral(state, "the body does not decode");
    return 2;
  }
  const auto text = text_at(state, -1);
  auto* padded =
      static_cast<char*>(lua_newuserdata(state, text.size() + JsonReader::kPadding));  // freed by the collector
  std::memcpy(padded, text.data(), text.size());
  std::memset(padded + text.size(), 0, JsonReader::kPadding);
  return host.json.push(state, {padded, text.size()}, path, 0);
}

/// Upvalues: host, the field names as interned strings (a userdata of pointers), res.json.
int response_index(lua_State* state) {
  auto& response = *static_cast<ResponseData*>(lua_touserdata(state, 1));
  const auto* names = static_cast<const char* const*>(lua_touserdata(state, lua_upvalueindex(2)));
  const char* name = lua_type(state, 2) == LUA_TSTRING ? lua_tostring(state, 2) : nullptr;
  std::size_t field = 0;
  while (field < kFields && names[field] != name) ++field;
  const bool failed = response.outcome != Outcome::ok;
  switch (field) {
    case status:
      lua_pushinteger(state, response.status);
      break;
    case json:
      lua_pushvalue(state, lua_upvalueindex(3));
      break;
    case body:
      push_body(state, 1, response);
      break;
    case ok:
      lua_pushboolean(state, !failed && response.status >= 200 && response.status < 400 ? 1 : 0);
      break;
    case error:
      if (!failed) return 0;
      push_text(state, name_of(response.outcome));
      break;
    case error_code:
      lua_pushinteger(state, failed ? error_code_of(response.outcome) : error_code_of_status(response.status));
      break;
    case headers:
      push_headers(state, 1, response);
      break;
    case timings:
      push_timings(state, response.timings);
      break;
    case url:
      push_text(state, response.url());
      break;
    case proto:
      if (response.status == 0) return 0;
      push_text(state, response.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1");
      break;
    case tls_version:
      push_text(state, response.tls_version);
      break;
    case error_detail:
      if (response.detail_size == 0) return 0;
      push_text(state, response.detail());
      break;
    default:
      return misuse(state, "a response has no field '{}'", name == nullptr ? luaL_typename(state, 2) : name);
  }
  return 1;
}

int response_newindex(lua_State* state) { return misuse(state, "a response cannot be changed"); }

int response_tostring(lua_State* state) {
  const auto& response = response_at(state, 1, "tostring");
  if (response.outcome == Outcome::ok) {
    lua_pushfstring(state, "response %d", static_cast<int>(response.status));
  } else {
    const auto name = name_of(response.outcome);
    lua_pushliteral(state, "response failed: ");
    push_text(state, name);
    lua_concat(state, 2);
  }
  return 1;
}

}  // namespace

void push_response(lua_State* state, const ScriptHost& host, const http::Response& response, std::string_view url_text,
                   std::size_t max_body, std::uint64_t number) {
  const std::size_t text = response.body.size() + response.head.size() + url_text.size() + response.detail.size();
  void* memory = lua_newuserdata(state, sizeof(ResponseData) + text + JsonReader::kPadding);
  auto* data = new (memory) ResponseData{.magic = ResponseData::kMagic,
                                         .outcome = response.outcome,
                                         .minor_version = response.minor_version,
                                         .status = response.status,
                                         .number = number,
                                         .timings = response.timings,
                                         .max_body = max_body,
                                         .body_size = response.body.size(),
                                         .head_size = static_cast<std::uint32_t>(response.head.size()),
                                         .url_size = static_cast<std::uint32_t>(url_text.size()),
                                         .detail_size = static_cast<std::uint32_t>(response.detail.size()),
                                         .tls_version = {}};
  if (!response.tls_version.empty()) response.tls_version.copy(data->tls_version, sizeof data->tls_version - 1);
  auto* at = reinterpret_cast<char*>(data + 1);
  for (const auto part : {response.body, response.head, url_text, response.detail}) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  std::memset(at, 0, JsonReader::kPadding);
  lua_rawgeti(state, LUA_REGISTRYINDEX, host.response_metatable);
  lua_setmetatable(state, -2);
}

void add_response_type(lua_State* state, ScriptHost& host) {
  lua_newtable(state);
  add_natives(state, host, {{"__newindex", response_newindex}, {"__tostring", response_tostring}});
  lua_pushlightuserdata(state, &host);
  auto* names = static_cast<const char**>(lua_newuserdata(state, kFields * sizeof(const char*)));
  lua_createtable(state, kFields, 0);  // anchors the names
  for (std::size_t i = 0; i < kFields; ++i) {
    lua_pushstring(state, kNames[i]);
    names[i] = lua_tostring(state, -1);
    lua_rawseti(state, -2, static_cast<int>(i) + 1);
  }
  luaL_ref(state, LUA_REGISTRYINDEX);
  lua_pushlightuserdata(state, &host);
  lua_pushcclosure(state, response_json, 1);
  lua_pushcclosure(state, response_index, 3);
  lua_setfield(state, -2, "__index");
  host.response_metatable = luaL_ref(state, LUA_REGISTRYINDEX);

  lua_newtable(state);
  lua_pushcfunction(state, headers_index);
  lua_setfield(state, -2, "__index");
  host.headers_metatable = luaL_ref(state, LUA_REGISTRYINDEX);
}

}  // namespace thresher::bindings
