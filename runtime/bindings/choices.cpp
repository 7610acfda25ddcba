#include <array>
#include <cmath>
#include <lua.hpp>

#include "base/text.h"
#include "bindings/arguments.h"
#include "bindings/script_host.h"
#include "bindings/user.h"

namespace thresher::bindings {
namespace {

using script::misuse;

RandomStream& stream_of(lua_State* state) {
  auto* user = static_cast<User*>(script::owner_of(state));
  return user != nullptr ? user->random : host_of(state).loading_random;
}

double bound_argument(lua_State* state, int index) {
  const double bound = std::floor(number_argument(state, index, "random"));
  if (!(std::abs(bound) <= 9007199254740992.0)) misuse(state, "random: {} is beyond 2^53", bound);
  return bound;
}

/// random() -> [0, 1); random(n) -> 1..n; random(a, b) -> a..b: as math.random, from the user's own stream.
int native_random(lua_State* state) {
  auto& stream = stream_of(state);
  if (lua_gettop(state) == 0) {
    lua_pushnumber(state, stream.uniform());
    return 1;
  }
  const double low = lua_gettop(state) == 1 ? 1 : bound_argument(state, 1);
  const double high = bound_argument(state, lua_gettop(state) == 1 ? 1 : 2);
  if (high < low) return misuse(state, "random: nothing lies between {} and {}", low, high);
  lua_pushnumber(state, low + static_cast<double>(stream.below(static_cast<std::uint64_t>(high - low) + 1)));
  return 1;
}

/// The run's seed decides; scripts often seed with the time, which would make a run unrepeatable.
int native_randomseed(lua_State*) { return 0; }

/// pick(list) -> one of its items, each as likely
int native_pick(lua_State* state) {
  if (!lua_istable(state, 1)) return misuse(state, "pick: expected a list, got {}", luaL_typename(state, 1));
  const auto size = lua_objlen(state, 1);
  if (size == 0) return misuse(state, "pick: the list is empty");
  lua_rawgeti(state, 1, static_cast<int>(stream_of(state).below(size)) + 1);
  return 1;
}

/// uuid() -> a random (version 4) UUID
int native_uuid(lua_State* state) {
  static constexpr char kDigits[] = "0123456789abcdef";
  auto& stream = stream_of(state);
  std::array<std::uint64_t, 2> bits = {stream.next(), stream.next()};
  bits[0] = (bits[0] & ~std::uint64_t{0xf000}) | 0x4000U;                    // RFC 4122, 4.4: the version,
  bits[1] = (bits[1] & ~(std::uint64_t{3} << 62)) | std::uint64_t{1} << 63;  // and the variant
  std::array<char, 36> text{};
  std::size_t at = 0;
  for (std::size_t digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text[at++] = '-';
    text[at++] = kDigits[(bits[digit / 16] >> (60 - 4 * (digit % 16))) & 15];
  }
  lua_pushlstring(state, text.data(), text.size());
  return 1;
}

/// env(name, default?) -> text, default or nil
int native_env(lua_State* state) {
  const auto name = string_argument(state, 1, "env");
  const auto& environment = host_of(state).options.environment;
  for (const auto& [key, value] : environment) {
    if (key != name) continue;
    lua_pushlstring(state, value.data(), value.size());
    return 1;
  }
  lua_settop(state, 2);
  return 1;
}

}  // namespace

void add_choice_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host,
              {{"random", native_random}, {"pick", native_pick}, {"uuid", native_uuid}, {"env", native_env}});
}

void replace_math_random(lua_State* state, ScriptHost& host) {
  lua_getglobal(state, "math");
  add_natives(state, host, {{"random", native_random}, {"randomseed", native_randomseed}});
  lua_pop(state, 1);
}

}  // namespace thresher::bindings
