// What scripts ask of a recovery kit; prelude/recovery.lua words it.
#include <simdjson.h>

#include <lua.hpp>

#include "base/text.h"
#include "bindings/arguments.h"
#include "bindings/runner.h"
#include "bindings/script_host.h"

namespace thresher::bindings {
namespace {

using script::misuse;

constexpr const char* kLocation = "THRESHER_RECOVERY";

/// ask_kit(what, path, operation, arguments): the caller yields, and is resumed with the answer's text, or nil, whether
/// it is a refusal, and why. All are strings, which the prelude sees to. what: the call as the author knows it; path:
/// empty for the default kit.
int ask_kit(lua_State* state) {
  const char* what = lua_tostring(state, 1);
  User& user = waiting_user(state, what);
  const ScenarioOptions& options = host_of(state).options;
  if (options.recovery == nullptr) misuse(state, "{}: this program offers no recovery kit to its scripts", what);
  std::string path(text_at(state, 2));
  if (path.empty()) {
    if (const auto named = options.environment.find(kLocation); named != options.environment.end())
      path = named->second;
  }
  user.runner.ask_kit(user, path, text_at(state, 3), std::string(text_at(state, 4)));
  return 0;
}

/// utf8(bytes) -> the same as text: bytes that are no UTF-8 become U+FFFD
int utf8(lua_State* state) {
  const auto bytes = string_argument(state, 1, "utf8");
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) {
    lua_settop(state, 1);
    return 1;
  }
  const std::string quoted = '"' + escaped_json(bytes) + '"';
  lua_settop(state, 0);
  auto* padded = static_cast<char*>(lua_newuserdata(state, quoted.size() + JsonReader::kPadding));
  std::copy(quoted.begin(), quoted.end(), padded);
  std::fill_n(padded + quoted.size(), JsonReader::kPadding, '\0');
  return host_of(state).json.push(state, {padded, quoted.size()}, {}, 0);
}

}  // namespace

void add_recovery_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host, {{"ask_kit", ask_kit}, {"utf8", utf8}});
}

}  // namespace thresher::bindings
