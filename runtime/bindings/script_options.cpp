#include "bindings/script_options.h"

#include <fmt/format.h>

#include <cmath>
#include <lua.hpp>
#include <string>

#include "bindings/arguments.h"

namespace thresher::bindings {
namespace {

/// The options as the TOML a profile is written in: one parser knows the keys, checks the values and words the errors.
class TomlWriter {
 public:
  explicit TomlWriter(lua_State* state) : state_(state) {}

  Result<std::string> write(int index) {
    for (lua_pushnil(state_); lua_next(state_, index) != 0; lua_pop(state_, 1)) {
      if (lua_type(state_, -2) != LUA_TSTRING) return refuse("options: keys must be names");
      text_ += quoted(text_at(state_, -2)) + " = ";
      if (auto written = write_value(lua_gettop(state_), 0); !written) return refuse(written.error().message);
      text_ += '\n';
    }
    return std::move(text_);
  }

 private:
  static constexpr int kDepthMax = 8;

  tl::unexpected<Error> refuse(std::string message) {
    lua_pop(state_, 2);
    return fail(ErrorCode::invalid_argument, std::move(message));
  }

  Result<void> write_value(int index, int depth) {
    switch (lua_type(state_, index)) {
      case LUA_TSTRING:
        text_ += quoted(text_at(state_, index));
        return {};
      case LUA_TBOOLEAN:
        text_ += lua_toboolean(state_, index) != 0 ? "true" : "false";
        return {};
      case LUA_TNUMBER: {
        const double number = lua_tonumber(state_, index);
        const bool whole = std::nearbyint(number) == number && std::abs(number) < 1e15;
        text_ += whole ? fmt::format("{}", static_cast<std::int64_t>(number)) : fmt::format("{}", number);
        return {};
      }
      case LUA_TTABLE:
        if (depth == kDepthMax) return fail(ErrorCode::invalid_argument, "options: tables are nested too deeply");
        return lua_objlen(state_, index) > 0 ? write_list(index, depth) : write_table(index, depth);
      default:
        return fail(ErrorCode::invalid_argument,
                    fmt::format("options: a {} is no value for an option", luaL_typename(state_, index)));
    }
  }

  Result<void> write_list(int index, int depth) {
    text_ += "[";
    const auto size = static_cast<int>(lua_objlen(state_, index));
    for (int i = 1; i <= size; ++i) {
      if (i > 1) text_ += ", ";
      lua_rawgeti(state_, index, i);
      auto written = write_value(lua_gettop(state_), depth + 1);
      lua_pop(state_, 1);
      if (!written) return written;
    }
    text_ += "]";
    return {};
  }

  Result<void> write_table(int index, int depth) {
    text_ += "{";
    const char* separator = "";
    for (lua_pushnil(state_); lua_next(state_, index) != 0; lua_pop(state_, 1)) {
      Result<void> written = fail(ErrorCode::invalid_argument, "options: keys must be names");
      if (lua_type(state_, -2) == LUA_TSTRING) {
        text_ += separator + quoted(text_at(state_, -2)) + " = ";
        separator = ", ";
        written = write_value(lua_gettop(state_), depth + 1);
      }
      if (!written) {
        lua_pop(state_, 2);
        return written;
      }
    }
    text_ += "}";
    return {};
  }

  static std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        result += '\\';
        result += c;
      } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        result += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
      } else {
        result += c;
      }
    }
    return result + '"';
  }

  lua_State* state_;
  std::string text_;
};

}  // namespace

Result<profile::Profile> read_script_options(lua_State* state, int index) {
  auto toml = TomlWriter(state).write(index);
  if (!toml) return fail(std::move(toml.error()));
  auto profile = profile::parse_profile(*toml, "options");
  if (!profile) return fail(ErrorCode::invalid_argument, "options: " + profile.error().message);
  script::Position author;
  script::author_position(state, author);
  for (auto& threshold : profile->thresholds) threshold.where = fmt::format("{}:{}", author.chunk, author.line);
  return profile;
}

}  // namespace thresher::bindings
