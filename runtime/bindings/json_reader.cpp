#include "bindings/json_reader.h"

#include <charconv>
#include <lua.hpp>
#include <optional>

#include "bindings/json_value.h"

namespace thresher::bindings {

using simdjson::error_code;
namespace ondemand = simdjson::ondemand;

namespace {

/// One step of a path.
struct Step {
  bool is_index = false;
  std::string_view key;
  std::size_t index = 0;
};

/// Takes the first step off `rest`; nothing when it is no path.
std::optional<Step> take_step(std::string_view& rest, bool first) {
  if (rest.front() != '[') {
    if (!first) {
      if (rest.front() != '.') return {};
      rest.remove_prefix(1);
    }
    const auto key = rest.substr(0, rest.find_first_of(".["));
    if (key.empty()) return {};
    rest.remove_prefix(key.size());
    return Step{.is_index = false, .key = key, .index = 0};
  }
  if (rest.size() > 1 && rest[1] == '"') {
    const auto end = rest.find("\"]", 2);
    if (end == std::string_view::npos) return {};
    const auto key = rest.substr(2, end - 2);
    rest.remove_prefix(end + 2);
    return Step{.is_index = false, .key = key, .index = 0};
  }
  Step step{.is_index = true, .key = {}, .index = 0};
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), step.index);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != ']') return {};
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return step;
}

error_code go(ondemand::value& value, const Step& step) {
  return step.is_index ? value.at(step.index).get(value) : value.find_field_unordered(step.key).get(value);
}

error_code go(ondemand::document& document, const Step& step, ondemand::value& value) {
  return step.is_index ? document.at(step.index).get(value) : document.find_field_unordered(step.key).get(value);
}

bool is_absence(error_code error) {
  return error == simdjson::NO_SUCH_FIELD || error == simdjson::INDEX_OUT_OF_BOUNDS ||
         error == simdjson::INCORRECT_TYPE;
}

int push_failure(lua_State* state, std::string_view text) {
  lua_pushnil(state);
  lua_pushlstring(state, text.data(), text.size());
  return 2;
}

int push_failure(lua_State* state, error_code error) {
  return push_failure(state, std::string_view(simdjson::error_message(error)));
}

}  // namespace

struct JsonReader::Parsers {
  ondemand::parser by_path;
  ondemand::document document;
  std::uint64_t parsed = 0;  ///< what `document` is; 0: nothing
  simdjson::dom::parser whole;

  int push_table(lua_State* state, std::string_view padded_text) {
    simdjson::dom::element element;
    const auto error = whole.parse(padded_text.data(), padded_text.size(), false).get(element);
    if (error != simdjson::SUCCESS) return push_failure(state, error);
    push_json(state, element);
    return 1;
  }

  error_code open(std::string_view padded_text, std::uint64_t name) {
    if (name != 0 && name == parsed) {
      document.rewind();
      return simdjson::SUCCESS;
    }
    parsed = 0;
    const auto error = by_path
                           .iterate(simdjson::padded_string_view(padded_text.data(), padded_text.size(),
                                                                 padded_text.size() + kPadding))
                           .get(document);
    if (error == simdjson::SUCCESS) parsed = name;
    return error;
  }

  int push_value(lua_State* state, ondemand::value& value) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return push_failure(state, error);
    error_code error = simdjson::SUCCESS;
    switch (type) {
      case ondemand::json_type::string: {
        std::string_view text;
        error = value.get_string().get(text);
        if (error == simdjson::SUCCESS) lua_pushlstring(state, text.data(), text.size());
        break;
      }
      case ondemand::json_type::number: {
        double number = 0;
        error = value.get_double().get(number);
        if (error == simdjson::SUCCESS) lua_pushnumber(state, number);
        break;
      }
      case ondemand::json_type::boolean: {
        bool truth = false;
        error = value.get_bool().get(truth);
        if (error == simdjson::SUCCESS) lua_pushboolean(state, truth ? 1 : 0);
        break;
      }
      case ondemand::json_type::null:
        lua_pushnil(state);
        break;
      case ondemand::json_type::object:
      case ondemand::json_type::array: {
        std::string_view raw;
        error = type == ondemand::json_type::object ? value.get_object().value_unsafe().raw_json().get(raw)
                                                    : value.get_array().value_unsafe().raw_json().get(raw);
        if (error == simdjson::SUCCESS) return push_table(state, raw);  // what follows it in the text is its padding
        break;
      }
    }
    return error == simdjson::SUCCESS ? 1 : push_failure(state, error);
  }
};

JsonReader::JsonReader() : parsers_(std::make_unique<Parsers>()) {}
JsonReader::~JsonReader() = default;

int JsonReader::push(lua_State* state, std::string_view padded_text, std::string_view path, std::uint64_t document) {
  auto& parsers = *parsers_;
  if (path.empty()) return parsers.push_table(state, padded_text);
  if (const auto error = parsers.open(padded_text, document); error != simdjson::SUCCESS)
    return push_failure(state, error);
  ondemand::value value;
  std::string_view rest = path;
  for (bool first = true; !rest.empty(); first = false) {
    const auto step = take_step(rest, first);
    if (!step) return push_failure(state, "this is no path: write \"a.b[0].c\"");
    const auto error = first ? go(parsers.document, *step, value) : go(value, *step);
    if (error == simdjson::SUCCESS) continue;
    if (is_absence(error)) {
      lua_pushnil(state);
      return 1;
    }
    parsers.parsed = 0;
    return push_failure(state, error);
  }
  return parsers.push_value(state, value);
}

void push_json(lua_State* state, const simdjson::dom::element& element) {
  lua_checkstack(state, 4);
  switch (element.type()) {
    case simdjson::dom::element_type::OBJECT: {
      const auto object = simdjson::dom::object(element.get_object().value_unsafe());
      lua_createtable(state, 0, static_cast<int>(object.size()));
      for (const auto& [key, value] : object) {
        lua_pushlstring(state, key.data(), key.size());
        if (value.is_null()) {
          lua_pushlightuserdata(state, nullptr);
        } else {
          push_json(state, value);
        }
        lua_rawset(state, -3);
      }
      break;
    }
    case simdjson::dom::element_type::ARRAY: {
      const auto array = simdjson::dom::array(element.get_array().value_unsafe());
      lua_createtable(state, static_cast<int>(array.size()), 0);
      int index = 0;
      for (const auto& value : array) {
        if (value.is_null()) {
          lua_pushlightuserdata(state, nullptr);
        } else {
          push_json(state, value);
        }
        lua_rawseti(state, -2, ++index);
      }
      break;
    }
    case simdjson::dom::element_type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      lua_pushlstring(state, text.data(), text.size());
      break;
    }
    case simdjson::dom::element_type::BOOL:
      lua_pushboolean(state, element.get_bool().value_unsafe() ? 1 : 0);
      break;
    case simdjson::dom::element_type::NULL_VALUE:
      lua_pushnil(state);
      break;
    default:
      lua_pushnumber(state, element.get_double().value_unsafe());
      break;
  }
}

}  // namespace thresher::bindings
