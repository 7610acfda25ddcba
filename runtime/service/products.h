#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "plugin/generator.h"

namespace thresher::service {

/// The generator that answers the service's questions, with what HTTP adds to it: parameters that a product does not
/// know are passed over, as the public server does; of one given twice the last counts; and `now` (unix
/// seconds), which a generator cannot know, comes from the wall clock when the caller did not fix it. One thread.
class Products {
 public:
  /// The error: the generator does not start.
  static Result<std::unique_ptr<Products>> create(const plugin::GeneratorType& type, const Clock& clock,
                                                  std::uint64_t seed);

  /// The error lists the products there are.
  Result<std::size_t> find(std::string_view name) const { return type_.product(name); }
  /// The declared parameters, a JSON object.
  const std::string& parameters_json(std::size_t product) const { return type_.products()[product].options_json; }

  /// The JSON value; it lives until the next call. Errors: as plugin::Generator::generate().
  Result<std::string_view> make(std::size_t product, std::span<const plugin::Parameter> given);

 private:
  Products(const plugin::GeneratorType& type, const Clock& clock) : type_(type), clock_(clock) {}
  bool knows(std::size_t product, std::string_view name) const;

  const plugin::GeneratorType& type_;
  const Clock& clock_;
  std::unique_ptr<plugin::Generator> generator_;
  std::vector<std::vector<std::string>> names_;  ///< of each product's parameters
  std::vector<plugin::Parameter> passed_;
  std::string made_;
};

}  // namespace thresher::service
