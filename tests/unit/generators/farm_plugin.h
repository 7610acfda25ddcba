#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "plugin/registry.h"

/// The farm generator as a user's thresher loads it.
class FarmPlugin {
 public:
  FarmPlugin();

  /// What it makes of parameters written as a query string ("seed=7&num_tasks=3"), or "error: " and the message.
  std::string text(std::string_view product, std::string_view query = "");
  /// The same, parsed; the test fails when there is an error.
  nlohmann::json json(std::string_view product, std::string_view query = "");

  const thresher::plugin::GeneratorType& type() const { return *type_; }

 private:
  thresher::plugin::Registry registry_;
  const thresher::plugin::GeneratorType* type_;
  std::unique_ptr<thresher::plugin::Generator> generator_;
};
