#include "bindings/request_head.h"

#include <algorithm>
#include <array>
#include <lua.hpp>

#include "bindings/arguments.h"
#include "http/headers.h"
#include "http/url.h"

namespace thresher::bindings {
namespace {

using http::equals_ignoring_case;
using script::misuse;

/// RFC 4648, section 4.
void append_base64(std::string& out, std::string_view bytes) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U; };
    const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += kDigits[group >> 18 & 63];
    out += kDigits[group >> 12 & 63];
    out += i + 1 < bytes.size() ? kDigits[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kDigits[group & 63] : '=';
  }
}

bool is_token(std::string_view text) {  // RFC 9110, 5.6.2
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != kOthers.npos;
  });
}

/// The text of the string or number at `index`; raises for other types.
std::string_view text_value(lua_State* state, int index, const char* what, const char* key) {
  const int type = lua_type(state, index);
  if (type != LUA_TSTRING && type != LUA_TNUMBER) {
    misuse(state, "request: {} '{}': expected a string, got {}", what, key, lua_typename(state, type));
  }
  return text_at(state, index);
}

}  // namespace

void check_header_text(lua_State* state, std::string_view text, const char* what) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return;
  misuse(state, "request: {}: a line end or zero byte cannot be sent", what);
}

unsigned HeadWriter::write_headers(lua_State* state, int table, bool send_credentials) {
  static constexpr std::array<std::pair<std::string_view, unsigned>, 8> kKnown = {{{"host", kHost},
                                                                                   {"user-agent", kUserAgent},
                                                                                   {"accept-encoding", kAcceptEncoding},
                                                                                   {"connection", kConnection},
                                                                                   {"content-type", kContentType},
                                                                                   {"authorization", kAuthorization},
                                                                                   {"cookie", kCookie},
                                                                                   {"expect", kExpect}}};
  unsigned written = 0;
  headers_.clear();
  lua_getfield(state, table, "headers");
  const int headers = lua_gettop(state);
  for (lua_pushnil(state); lua_next(state, headers) != 0; lua_pop(state, 2)) {
    if (lua_type(state, -2) != LUA_TSTRING) misuse(state, "request: headers: names must be strings");
    lua_pushvalue(state, -1);  // stack: headers name value value
    const auto name = text_at(state, -3);
    if (!is_token(name)) misuse(state, "request: headers: '{}' is no header name", name);
    const auto value = text_value(state, -1, "header", lua_tostring(state, -3));
    check_header_text(state, value, "headers");
    if (equals_ignoring_case(name, "content-length") || equals_ignoring_case(name, "transfer-encoding")) {
      misuse(state, "request: headers: {} is set from the body", name);
    }
    unsigned which = 0;
    for (const auto& [known, bit] : kKnown) which |= equals_ignoring_case(name, known) ? bit : 0;
    written |= which;
    if (!send_credentials && (which & (kAuthorization | kCookie | kHost)) != 0) continue;
    headers_.append(name).append(": ").append(value).append("\r\n");
  }
  lua_pop(state, 1);
  return written;
}

void HeadWriter::write_common(const Endpoint& endpoint, unsigned written) {
  std::string_view rest = std::string_view(endpoint.head).substr(endpoint.common_headers);
  if ((written & (kHost | kUserAgent | kAcceptEncoding | kConnection)) == 0) {
    head_.append(rest);
    return;
  }
  static constexpr std::array<std::pair<std::string_view, unsigned>, 4> kCommon = {
      {{"Host:", kHost},
       {"User-Agent:", kUserAgent},
       {"Accept-Encoding:", kAcceptEncoding},
       {"Connection:", kConnection}}};
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n') + 1);
    const auto replaced = std::any_of(kCommon.begin(), kCommon.end(), [&](const auto& common) {
      return (written & common.second) != 0 && line.starts_with(common.first);
    });
    if (!replaced) head_.append(line);
    rest.remove_prefix(line.size());
  }
}

void HeadWriter::write_authorization(lua_State* state, int table) {
  lua_getfield(state, table, "auth");
  lua_getfield(state, -1, "bearer");
  lua_getfield(state, -2, "basic");  // stack: auth bearer basic
  if (lua_type(state, -2) == LUA_TSTRING) {
    const auto token = text_at(state, -2);
    check_header_text(state, token, "auth");
    head_.append("Authorization: Bearer ").append(token).append("\r\n");
  } else if (lua_istable(state, -1)) {
    lua_rawgeti(state, -1, 1);
    lua_rawgeti(state, -2, 2);
    if (lua_isstring(state, -1) == 0 || lua_isstring(state, -2) == 0) {
      misuse(state, "request: auth: basic takes {{ user, password }}");
    }
    headers_.assign(text_at(state, -2)).append(":").append(text_at(state, -1));
    head_ += "Authorization: Basic ";
    append_base64(head_, headers_);
    head_ += "\r\n";
    lua_pop(state, 2);
  } else {
    misuse(state, "request: auth: expected {{ basic = {{ user, password }} }} or {{ bearer = token }}");
  }
  lua_pop(state, 3);
}

void HeadWriter::write_cookies(lua_State* state, int table, const RequestOptions& options, std::string_view jar) {
  if (jar.empty() && !options.has(RequestOptions::kCookies)) return;
  head_.append("Cookie: ").append(jar);
  if (options.has(RequestOptions::kCookies)) {
    lua_getfield(state, table, "cookies");
    const char* separator = jar.empty() ? "" : "; ";
    for (lua_pushnil(state); lua_next(state, -2) != 0; lua_pop(state, 2)) {
      if (lua_type(state, -2) != LUA_TSTRING) misuse(state, "request: cookies: names must be strings");
      lua_pushvalue(state, -1);  // stack: cookies name value value
      const auto value = text_value(state, -1, "cookie", lua_tostring(state, -3));
      check_header_text(state, value, "cookies");
      head_.append(separator).append(text_at(state, -3)).append("=").append(value);
      separator = "; ";
    }
    lua_pop(state, 1);
  }
  head_ += "\r\n";
}

std::string_view HeadWriter::write(lua_State* state, int table, const RequestOptions& options, const Endpoint& endpoint,
                                   const Extras& extras) {
  lua_checkstack(state, 10);
  const unsigned written =
      options.has(RequestOptions::kHeaders) ? write_headers(state, table, extras.send_credentials) : 0;
  head_.assign(endpoint.head, 0, endpoint.common_headers);
  write_common(endpoint, extras.send_credentials ? written : written & ~unsigned{kHost});
  if (options.has(RequestOptions::kHeaders)) head_ += headers_;

  if ((written & kAuthorization) == 0 && extras.send_credentials) {
    if (options.has(RequestOptions::kAuth)) {
      write_authorization(state, table);
    } else if (!endpoint.url.userinfo.empty()) {
      head_ += "Authorization: Basic ";
      append_base64(head_, http::percent_decode(endpoint.url.userinfo));
      head_ += "\r\n";
    }
  }
  if ((written & kCookie) == 0) write_cookies(state, table, options, extras.cookies);
  if (extras.has_body && (written & kContentType) == 0) {
    if (options.has(RequestOptions::kJson)) head_ += "Content-Type: application/json\r\n";
    if (options.has(RequestOptions::kForm)) head_ += "Content-Type: application/x-www-form-urlencoded\r\n";
  }
  if (extras.has_body || endpoint.wants_length) {
    head_.append("Content-Length: ").append(std::to_string(extras.body_size)).append("\r\n");
  }
  if (options.expect_continue && (written & kExpect) == 0) head_ += "Expect: 100-continue\r\n";
  head_ += "\r\n";
  return head_;
}

namespace {

/// Appends "&name=value" for one value of the table of push_encoded_pairs.
void check_pair_value(lua_State* state, const char* what, const char* key) {
  const int type = lua_type(state, -1);
  if (type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN) return;
  misuse(state, "request: {}: '{}': expected a string, number, truth value or a list of them, got {}", what, key,
         lua_typename(state, type));
}

std::string pair_text(lua_State* state, const std::string& name) {
  std::string value;
  if (lua_isboolean(state, -1)) {
    value = lua_toboolean(state, -1) != 0 ? "true" : "false";
  } else {
    lua_pushvalue(state, -1);
    value = text_at(state, -1);
    lua_pop(state, 1);
  }
  return name + "=" + http::percent_encode(value);
}

}  // namespace

void push_encoded_pairs(lua_State* state, int index, const char* what) {
  for (lua_pushnil(state); lua_next(state, index) != 0; lua_pop(state, 1)) {  // first everything that may raise
    if (lua_type(state, -2) != LUA_TSTRING) misuse(state, "request: {}: names must be strings", what);
    const char* key = lua_tostring(state, -2);
    if (!lua_istable(state, -1)) {
      check_pair_value(state, what, key);
      continue;
    }
    for (int i = 1, size = static_cast<int>(lua_objlen(state, -1)); i <= size; ++i) {
      lua_rawgeti(state, -1, i);
      check_pair_value(state, what, key);
      lua_pop(state, 1);
    }
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (lua_pushnil(state); lua_next(state, index) != 0; lua_pop(state, 1)) {
    const auto name = http::percent_encode(text_at(state, -2));
    if (!lua_istable(state, -1)) {
      pairs.emplace_back(name, pair_text(state, name));
      continue;
    }
    std::string all;
    for (int i = 1, size = static_cast<int>(lua_objlen(state, -1)); i <= size; ++i) {
      lua_rawgeti(state, -1, i);
      all += (i > 1 ? "&" : "") + pair_text(state, name);
      lua_pop(state, 1);
    }
    if (!all.empty()) pairs.emplace_back(name, std::move(all));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const auto& [name, pair] : pairs) text += (text.empty() ? "" : "&") + pair;
  lua_pushlstring(state, text.data(), text.size());
}

namespace {

void push_pieces(lua_State* state, int table) {
  lua_getfield(state, table, "body");
  if (lua_istable(state, -1) == 0) return;
  const int list = lua_gettop(state);
  const int size = static_cast<int>(lua_objlen(state, list));
  lua_createtable(state, size, 0);
  for (int i = 1; i <= size; ++i) {
    lua_rawgeti(state, list, i);
    if (lua_type(state, -1) != LUA_TSTRING) {
      misuse(state, "request: body: a list's pieces are strings, but number {} is a {}", i, luaL_typename(state, -1));
    }
    lua_rawseti(state, list + 1, i);
  }
  lua_remove(state, list);
}

}  // namespace

void push_request_body(lua_State* state, int table, const RequestOptions& options, LuaReference json_encode) {
  if (options.has(RequestOptions::kJson)) {
    lua_rawgeti(state, LUA_REGISTRYINDEX, json_encode);
    lua_getfield(state, table, "json");
    if (lua_pcall(state, 1, 1, 0) != 0) {
      const char* problem = lua_tostring(state, -1);
      misuse(state, "request: json: {}", problem == nullptr ? "cannot be encoded" : problem);
    }
  } else if (options.has(RequestOptions::kForm)) {
    lua_getfield(state, table, "form");
    push_encoded_pairs(state, lua_gettop(state), "form");
    lua_remove(state, -2);
  } else if (options.has(RequestOptions::kBody)) {
    push_pieces(state, table);
  } else {
    lua_pushnil(state);
  }
}

void RequestBody::read(lua_State* state, int index) {
  more.clear();
  first = {};
  present = !lua_isnil(state, index);
  if (lua_istable(state, index) == 0) {
    if (present) first = text_at(state, index);
    return;
  }
  for (int i = 1, size = static_cast<int>(lua_objlen(state, index)); i <= size; ++i) {
    lua_rawgeti(state, index, i);
    if (i == 1) {
      first = text_at(state, -1);
    } else {
      more.push_back(text_at(state, -1));
    }
    lua_pop(state, 1);
  }
}

std::size_t RequestBody::size() const {
  std::size_t size = first.size();
  for (const std::string_view piece : more) size += piece.size();
  return size;
}

void RequestBody::append_to(std::string& text) const {
  text.append(first);
  for (const std::string_view piece : more) text.append(piece);
}

}  // namespace thresher::bindings
