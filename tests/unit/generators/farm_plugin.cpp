#include "farm_plugin.h"

#include <catch2/catch.hpp>
#include <vector>

using thresher::plugin::Parameter;

FarmPlugin::FarmPlugin() {
  const auto loaded = registry_.load(FARM_GENERATOR);
  if (!loaded) FAIL(loaded.error().message);
  type_ = registry_.generator("farm").value();
  generator_ = type_->create("{}", 1).value();
}

std::string FarmPlugin::text(std::string_view product, std::string_view query) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    parameters.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
  }
  std::string out;
  const auto made = generator_->generate(type_->product(product).value(), parameters, out);
  return made ? out : "error: " + made.error().message;
}

nlohmann::json FarmPlugin::json(std::string_view product, std::string_view query) {
  const std::string made = text(product, query);
  INFO(product << "?" << query << ": " << made.substr(0, 300));
  REQUIRE(nlohmann::json::accept(made));
  return nlohmann::json::parse(made);
}
