#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/config.h"
#include "thresher/plugin.h"

namespace thresher::plugin {

/// One declared option, copied out of the plugin's table and checked.
struct OptionSpec {
  std::string name, summary;
  std::int32_t type = THRESHER_OPTION_TEXT;
  std::vector<std::string> choices;
  bool has_minimum = false, has_maximum = false;
  double minimum = 0, maximum = 0;
  OptionValue default_value;
};

/// The options a target declares: the one place that decides whether a value people wrote is right.
class OptionSchema {
 public:
  /// Reads a plugin's table. The error names the option and what is wrong with its declaration.
  static Result<OptionSchema> read(const thresher_option* options, std::size_t count);

  /// Fills a config from a JSON object, "" or "{}" for the defaults alone. A value may also be the text of one ("0.25",
  /// "true"), as command lines and environments have nothing else. Errors name the option, the value and what would be
  /// right.
  Result<thresher_config> resolve(std::string_view json) const;

  /// {"profile":{"type":"string","default":"rock_solid","enum":[...],"description":...},...}, in the plugin's order.
  std::string json() const;
  const std::vector<OptionSpec>& options() const { return options_; }

 private:
  std::vector<OptionSpec> options_;
};

/// "a text", "a number", "an integer", "a boolean".
std::string_view type_name(std::int32_t type);

}  // namespace thresher::plugin
