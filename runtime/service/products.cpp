#include "service/products.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace thresher::service {
namespace {

constexpr std::string_view kNow = "now";

}  // namespace

Result<std::unique_ptr<Products>> Products::create(const plugin::GeneratorType& type, const Clock& clock,
                                                   std::uint64_t seed) {
  std::unique_ptr<Products> products(new Products(type, clock));
  for (const plugin::Product& product : type.products()) {
    const auto declared = nlohmann::json::parse(product.options_json, nullptr, false);
    std::vector<std::string>& names = products->names_.emplace_back();
    for (const auto& [name, schema] : declared.items()) names.push_back(name);
  }
  auto generator = type.create("{}", seed);
  if (!generator) return fail(std::move(generator.error()));
  products->generator_ = std::move(*generator);
  return products;
}

bool Products::knows(std::size_t product, std::string_view name) const {
  const std::vector<std::string>& names = names_[product];
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<std::string_view> Products::make(std::size_t product, std::span<const plugin::Parameter> given) {
  passed_.clear();
  bool has_now = !knows(product, kNow);
  for (const plugin::Parameter& parameter : given) {
    if (!knows(product, parameter.first)) continue;
    const auto earlier = std::find_if(passed_.begin(), passed_.end(),
                                      [&](const plugin::Parameter& one) { return one.first == parameter.first; });
    if (earlier != passed_.end()) passed_.erase(earlier);
    passed_.push_back(parameter);
    has_now = has_now || parameter.first == kNow;
  }
  char digits[24];
  if (!has_now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(clock_.wall_now()).time_since_epoch().count();
    const auto end = std::to_chars(digits, digits + sizeof digits, seconds).ptr;
    passed_.emplace_back(kNow, std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }
  made_.clear();
  if (auto made = generator_->generate(product, std::span<const plugin::Parameter>(passed_), made_); !made)
    return fail(std::move(made.error()));
  return std::string_view(made_);
}

}  // namespace thresher::service
