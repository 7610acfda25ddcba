#include "bindings/objectives.h"

#include <cmath>
#include <lua.hpp>
#include <string_view>

#include "bindings/arguments.h"

namespace thresher::bindings {
namespace {

struct Names {
  const char *first, *pace, *duration;
};
constexpr Names kOfChat = {"time_to_first_token", "time_per_output_token", "duration"};
constexpr Names kOfStream = {"time_to_first_event", "inter_event_gap", "duration"};

}  // namespace

Objectives Objectives::read(lua_State* state, int index, bool chat) {
  const Names& names = chat ? kOfChat : kOfStream;
  Objectives read;
  for (lua_pushnil(state); lua_next(state, index) != 0; lua_pop(state, 1)) {
    const std::string_view key = lua_type(state, -2) == LUA_TSTRING ? text_at(state, -2) : std::string_view();
    auto* objective = key == names.first      ? &read.first
                      : key == names.pace     ? &read.pace
                      : key == names.duration ? &read.duration
                                              : nullptr;
    if (objective == nullptr)
      script::misuse(state, "request: objectives: unknown name '{}'; there are {}, {} and {}, in milliseconds", key,
                     names.first, names.pace, names.duration);
    const double ms = lua_type(state, -1) == LUA_TNUMBER ? lua_tonumber(state, -1) : 0;
    if (!(ms > 0 && ms <= 86'400'000))
      script::misuse(state, "request: objectives: {}: expected milliseconds, more than 0 and at most a day", key);
    *objective = Nanoseconds(std::llround(ms * 1e6));
  }
  return read;
}

bool Conduct::meets(const Objectives& objectives) const {
  if (objectives.first && (!first || *first > *objectives.first)) return false;
  if (objectives.pace && pace && *pace > *objectives.pace) return false;
  return !objectives.duration || duration <= *objectives.duration;
}

}  // namespace thresher::bindings
