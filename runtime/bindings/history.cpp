// What a scenario adds to the run's history.
#include <simdjson.h>
#include <lua.hpp>

#include "base/text.h"
#include "bindings/arguments.h"
#include "bindings/runner.h"
#include "bindings/script_host.h"

namespace thresher::bindings {
namespace {

using script::misuse;

/// Appends `text` on one line: as it is when it is JSON, else as a JSON string (platforms under test answer all sorts).
void append_json(std::string& out, std::string_view text) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element parsed;
  if (parser.parse(text.data(), text.size()).get(parsed) != simdjson::SUCCESS) {
    out.append("\"").append(escaped_json(text)).append("\"");
    return;
  }
  const std::size_t before = out.size();
  out.resize(before + text.size() + simdjson::SIMDJSON_PADDING);  // it writes in blocks
  std::size_t size = 0;
  if (simdjson::minify(text.data(), text.size(), out.data() + before, size) != simdjson::SUCCESS) size = 0;
  out.resize(before + size);
}

/// event_text(event, fields, raw) -> the event as one line of JSON. fields: an encoded object; raw: { name = JSON text
/// }
int event_text(lua_State* state) {
  const auto event = string_argument(state, 1, "record"), fields = string_argument(state, 2, "record");
  if (!lua_istable(state, 3)) misuse(state, "record: the third argument is a table of JSON texts");
  for (lua_pushnil(state); lua_next(state, 3) != 0; lua_pop(state, 1)) {
    if (lua_type(state, -2) != LUA_TSTRING || lua_type(state, -1) != LUA_TSTRING)
      misuse(state, "record: the third argument names JSON texts");
  }
  {
    std::string text = "{\"event\":\"" + escaped_json(event) + '"';
    if (fields.size() > 2) text.append(",").append(fields.substr(1, fields.size() - 2));
    for (lua_pushnil(state); lua_next(state, 3) != 0; lua_pop(state, 1)) {
      text.append(",\"").append(escaped_json(text_at(state, -2))).append("\":");
      append_json(text, text_at(state, -1));
    }
    text += '}';
    lua_pushlstring(state, text.data(), text.size());
  }
  return 1;
}

/// record(event text): into the run's history
int record(lua_State* state) {
  User& user = user_of(state, "record");
  user.runner.run().record(std::string(text_at(state, 1)));
  return 0;
}

}  // namespace

void add_history_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host, {{"event_text", event_text}, {"record", record}});
}

}  // namespace thresher::bindings
