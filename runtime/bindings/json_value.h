#pragma once

#include <simdjson.h>

struct lua_State;

namespace thresher::bindings {

/// Pushes a parsed value: tables for objects and arrays, cjson.null for null inside them, nil for null alone.
void push_json(lua_State* state, const simdjson::dom::element& element);

}  // namespace thresher::bindings
