#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace thresher::plugin {

/// One kind of thing a generator makes.
struct Product {
  std::string name, summary;
  std::string options_json;  ///< its parameters, as TargetType::options_json() shows options
};

/// A parameter as text, the way a query string has it.
using Parameter = std::pair<std::string_view, std::string_view>;

/// A running instance of a generator plugin. One thread.
class Generator {
 public:
  virtual ~Generator() = default;
  /// Appends one JSON value to `out`. `product` is an index into GeneratorType::products(). Errors: a wrong parameter
  /// (invalid_argument; names it, its value and what would be right), or what the plugin says; `out` is then as it was.
  virtual Result<void> generate(std::size_t product, std::string_view parameters_json, std::string& out) = 0;
  virtual Result<void> generate(std::size_t product, std::span<const Parameter> parameters, std::string& out) = 0;
};

/// A generator as a loaded library offers it.
class GeneratorType {
 public:
  virtual ~GeneratorType() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;
  virtual const std::vector<Product>& products() const = 0;
  /// The error lists the products there are.
  virtual Result<std::size_t> product(std::string_view name) const = 0;
  virtual std::string options_json() const = 0;
  /// As TargetType::create().
  virtual Result<std::unique_ptr<Generator>> create(std::string_view config, std::uint64_t seed) const = 0;
};

}  // namespace thresher::plugin
