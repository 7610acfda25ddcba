#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/locations.h"
#include "plugin/registry.h"
#include "thresher/plugin.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;
using plugin::Registry;

/// One library as `--json` has it: what it offers, with options as their schemas.
Json described(const Registry& registry, const plugin::PluginInfo& info) {
  const auto whole = [](const auto& type) {
    return Json{{"name", type.name()}, {"summary", type.summary()}, {"options", Json::parse(type.options_json())}};
  };
  Json all = {{"name", info.name},           {"version", info.version},
              {"path", info.path.string()},  {"abi", fmt::format("{}.{}", info.abi_major, info.abi_minor)},
              {"targets", Json::array()},    {"generators", Json::array()},
              {"validators", Json::array()}, {"outputs", Json::array()}};
  for (const std::string& name : info.targets) {
    const plugin::TargetType& target = *registry.target(name).value();
    Json& one = all["targets"].emplace_back(whole(target));
    one["endpoints"] = Json::array();
    for (const plugin::Endpoint& endpoint : target.endpoints())
      one["endpoints"].push_back({{"name", endpoint.name}, {"port", endpoint.port}});
  }
  for (const std::string& name : info.generators) {
    const plugin::GeneratorType& generator = *registry.generator(name).value();
    Json& one = all["generators"].emplace_back(whole(generator));
    one["products"] = Json::array();
    for (const plugin::Product& product : generator.products())
      one["products"].push_back(
          {{"name", product.name}, {"summary", product.summary}, {"parameters", Json::parse(product.options_json)}});
  }
  for (const std::string& name : info.validators) all["validators"].push_back(whole(*registry.validator(name).value()));
  for (const std::string& name : info.outputs) all["outputs"].push_back(whole(*registry.output(name).value()));
  return all;
}

/// A value as people type it: a text without quotes.
std::string typed(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// "integer from 2 to 20, default 6".
std::string type_of_option(const Json& option) {
  std::string text = option.at("type");
  if (option.contains("enum")) {
    text.clear();
    for (const Json& choice : option.at("enum")) text += (text.empty() ? "" : "|") + typed(choice);
  }
  if (option.contains("minimum")) text += fmt::format(" from {}", option.at("minimum").get<double>());
  if (option.contains("maximum")) text += fmt::format(" to {}", option.at("maximum").get<double>());
  if (option.contains("default")) text += ", default " + typed(option.at("default"));
  return text;
}

void print_options(const Json& options, int indent) {
  for (const auto& [name, option] : options.items())
    fmt::print("{:{}}{:<20} {}: {}\n", "", indent, name, typed(option.at("description")), type_of_option(option));
}

void print_kind(const Json& plugin, const char* list, const char* noun) {
  for (const Json& one : plugin.at(list)) {
    fmt::print("  {} {}: {}\n", noun, typed(one.at("name")), typed(one.at("summary")));
    for (const Json& endpoint : one.value("endpoints", Json::array()))
      fmt::print("    {:<16} :{}\n", typed(endpoint.at("name")), endpoint.at("port").get<int>());
    print_options(one.at("options"), 4);
    for (const Json& product : one.value("products", Json::array())) {
      fmt::print("    product {}: {}\n", typed(product.at("name")), typed(product.at("summary")));
      print_options(product.at("parameters"), 6);
    }
  }
}

}  // namespace

int plugins_command(const Command& command) {
  Registry registry;
  if (auto loaded = load_plugins(registry, Locations::of_this_process(), command.run.plugins); !loaded) {
    complain(loaded.error());
    return exit_code_of(loaded.error());
  }
  Json list = Json::array();
  for (const plugin::PluginInfo& info : registry.plugins()) list.push_back(described(registry, info));
  if (command.as_json) {
    fmt::print("{}\n", list.dump(2, ' ', false, Json::error_handler_t::replace));
    return kExitFine;
  }
  fmt::print("host ABI {}.{}\n", THRESHER_ABI_MAJOR, THRESHER_ABI_MINOR);
  if (list.empty()) fmt::print("no plugin is loaded; name one with --plugin PATH\n");
  for (const Json& one : list) {
    fmt::print("{} {}  ABI {}  {}\n", typed(one.at("name")), typed(one.at("version")), typed(one.at("abi")),
               typed(one.at("path")));
    print_kind(one, "targets", "target");
    print_kind(one, "generators", "generator");
    print_kind(one, "validators", "validator");
    print_kind(one, "outputs", "output");
  }
  return kExitFine;
}

}  // namespace thresher::cli
