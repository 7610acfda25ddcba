// What plugins give a scenario: thresher.generator, thresher.validator, thresher.target.
#include <lua.hpp>
#include <utility>

#include "base/text.h"
#include "bindings/arguments.h"
#include "bindings/script_host.h"

namespace thresher::bindings {
namespace {

using script::misuse;

/// Runs `work`, which may hold objects with destructors, and raises its error with the author's line.
template <class Work>
void do_or_raise(lua_State* state, Work&& work) {
  bool done = false;
  if (Result<void> result = work(); result)
    done = true;
  else
    script::push_problem(state, result.error().message);
  if (!done) script::raise(state);
}

const plugin::Registry& registry_of(lua_State* state) {
  static const plugin::Registry kNone;
  const plugin::Registry* plugins = host_of(state).options.plugins;
  return plugins != nullptr ? *plugins : kNone;
}

/// open_generator(name, config) -> index, { product names }
int open_generator(lua_State* state) {
  const auto name = string_argument(state, 1, "generator"), config = string_argument(state, 2, "generator");
  auto& host = host_of(state);
  do_or_raise(state, [&]() -> Result<void> {
    const auto type = registry_of(state).generator(name);
    if (!type) return fail(type.error());
    auto instance = (*type)->create(config, host.options.seed);
    if (!instance) return fail(std::move(instance.error()));
    host.generators.push_back({*type, std::move(*instance)});
    return {};
  });
  lua_pushnumber(state, static_cast<lua_Number>(host.generators.size() - 1));
  lua_newtable(state);  // stack: name config index names
  int count = 0;
  for (const plugin::Product& product : host.generators.back().type->products()) {
    lua_pushlstring(state, product.name.data(), product.name.size());
    lua_rawseti(state, -2, ++count);
  }
  return 2;
}

/// The table at 3 as parameters. The texts live on the Lua stack, so it stays as this leaves it.
void read_parameters(lua_State* state, std::vector<plugin::Parameter>& parameters) {
  for (lua_pushnil(state); lua_next(state, 3) != 0;) {
    // stack: ... key value; a number's text is made of a copy, as lua_next needs the key as it is
    switch (lua_type(state, -1)) {
      case LUA_TBOOLEAN:
        lua_pushstring(state, lua_toboolean(state, -1) != 0 ? "true" : "false");
        break;
      default:
        lua_pushvalue(state, -1);
    }
    parameters.emplace_back(text_at(state, -3), text_at(state, -1));
    lua_insert(state, -3);  // the text stays below the key
    lua_pop(state, 1);      // stack: ... text key
  }
}

/// generate(index, product, parameters) -> JSON text
int generate(lua_State* state) {
  auto& generator = host_of(state).generators[static_cast<std::size_t>(lua_tonumber(state, 1))];
  const auto product = string_argument(state, 2, "generate");
  if (!lua_istable(state, 3)) misuse(state, "{}: expected a table of parameters", product);
  int pairs = 0;
  for (lua_pushnil(state); lua_next(state, 3) != 0; lua_pop(state, 1), ++pairs) {
    if (lua_type(state, -2) != LUA_TSTRING) misuse(state, "{}: a parameter needs a name", product);
    const int type = lua_type(state, -1);
    if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN) {
      misuse(state, "{}: {} is a {}; parameters are strings, numbers and booleans", product, lua_tostring(state, -2),
             luaL_typename(state, -1));
    }
  }
  luaL_checkstack(state, pairs + 8, "too many parameters");
  do_or_raise(state, [&]() -> Result<void> {
    const auto index = generator.type->product(product);
    if (!index) return fail(index.error());
    std::vector<plugin::Parameter> parameters;
    read_parameters(state, parameters);
    std::string out;
    if (auto made = generator.instance->generate(*index, parameters, out); !made) return made;
    lua_pushlstring(state, out.data(), out.size());
    return {};
  });
  return 1;
}

/// want_validator(name, config): the run is judged by it
int want_validator(lua_State* state) {
  const auto name = string_argument(state, 1, "validator"), config = string_argument(state, 2, "validator");
  auto& host = host_of(state);
  struct Deaf final : plugin::JudgementSink {
    void on_violation(plugin::Violation) override {}
    void on_finding(plugin::Finding) override {}
    void on_document(std::string, std::string) override {}
  };
  do_or_raise(state, [&]() -> Result<void> {
    const auto type = registry_of(state).validator(name);
    if (!type) return fail(type.error());
    Deaf nobody;
    if (auto made = (*type)->create(config, host.options.seed, nobody); !made) return fail(std::move(made.error()));
    WantedValidator wanted{std::string(name), std::string(config)};
    for (const WantedValidator& known : host.validators)
      if (known == wanted) return {};
    host.validators.push_back(std::move(wanted));
    return {};
  });
  return 0;
}

/// Collects a judgement as one JSON text; only texts that were checked to be JSON go into it unquoted.
class JudgementText final : public plugin::JudgementSink {
 public:
  void on_violation(plugin::Violation told) override {
    violations_ += fmt::format("{}{{\"check\":{},\"subject\":{},\"witness\":{},\"details\":{}}}", comma(violations_),
                               quoted(told.check), quoted(told.subject), quoted(told.witness), or_null(told.details));
  }
  void on_finding(plugin::Finding told) override {
    findings_ += fmt::format(
        "{}{{\"check\":{},\"verdict\":{},\"observations\":{},\"violations\":{},\"summary\":{},\"details\":{}}}",
        comma(findings_), quoted(told.check), quoted(name_of(told.verdict)), told.observations, told.violations,
        quoted(told.summary), or_null(told.details));
  }
  void on_document(std::string name, std::string json) override {
    documents_ += fmt::format("{}{}:{}", comma(documents_), quoted(name), json);
  }
  std::string json() const {
    return fmt::format("{{\"violations\":[{}],\"findings\":[{}],\"documents\":{{{}}}}}", violations_, findings_,
                       documents_);
  }

 private:
  static std::string_view comma(const std::string& list) { return list.empty() ? "" : ","; }
  static std::string_view or_null(const std::string& json) { return json.empty() ? "null" : std::string_view(json); }
  static std::string quoted(std::string_view text) { return '"' + escaped_json(text) + '"'; }

  std::string violations_, findings_, documents_;
};

/// judge(name, config, { event texts }) -> JSON text of the judgement
int judge(lua_State* state) {
  const auto name = string_argument(state, 1, "judge"), config = string_argument(state, 2, "judge");
  if (!lua_istable(state, 3)) misuse(state, "judge: expected a list of events");
  const auto count = static_cast<int>(lua_objlen(state, 3));
  do_or_raise(state, [&]() -> Result<void> {
    const auto type = registry_of(state).validator(name);
    if (!type) return fail(type.error());
    JudgementText text;
    auto validator = (*type)->create(config, host_of(state).options.seed, text);
    if (!validator) return fail(std::move(validator.error()));
    for (int i = 1; i <= count; ++i) {
      lua_rawgeti(state, 3, i);
      auto observed = (*validator)->observe(text_at(state, -1));
      lua_pop(state, 1);
      if (!observed) return observed;
    }
    if (auto finished = (*validator)->finish(); !finished) return finished;
    const std::string json = text.json();
    lua_pushlstring(state, json.data(), json.size());
    return {};
  });
  return 1;
}

/// target(name) -> { name, summary, url, endpoints = { { name, port, url } } }
int target(lua_State* state) {
  const auto name = string_argument(state, 1, "target");
  const plugin::TargetType* type = nullptr;
  do_or_raise(state, [&]() -> Result<void> {
    const auto found = registry_of(state).target(name);
    if (!found) return fail(found.error());
    type = *found;
    return {};
  });
  const auto text = [state](const char* key, const std::string& value) {
    lua_pushlstring(state, value.data(), value.size());
    lua_setfield(state, -2, key);
  };
  lua_newtable(state);
  text("name", type->name());
  text("summary", type->summary());
  lua_newtable(state);  // stack: target endpoints
  int count = 0;
  for (const plugin::Endpoint& endpoint : type->endpoints()) {
    const std::string url = fmt::format("http://127.0.0.1:{}", endpoint.port);
    lua_newtable(state);
    text("name", endpoint.name);
    text("url", url);
    lua_pushnumber(state, endpoint.port);
    lua_setfield(state, -2, "port");
    lua_rawseti(state, -2, ++count);
    if (count > 1) continue;
    lua_pushlstring(state, url.data(), url.size());
    lua_setfield(state, -3, "url");
  }
  lua_setfield(state, -2, "endpoints");
  return 1;
}

}  // namespace

void add_plugin_natives(lua_State* state, ScriptHost& host) {
  add_natives(state, host,
              {{"open_generator", open_generator},
               {"generate", generate},
               {"want_validator", want_validator},
               {"judge", judge},
               {"target", target}});
}

}  // namespace thresher::bindings
