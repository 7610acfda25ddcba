#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

/// The options that a plugin declares: the one place that decides whether a value people wrote is right.
class OptionSchema {
 public:
  /// Reads a plugin's table. The error names the option and what is wrong with its declaration. `noun` is what people
  /// call one of these: "option", or "parameter" of a generator's call.
  static Result<OptionSchema> read(const thresher_option* options, std::size_t count, std::string_view noun = "option");

  /// Fills a config from a JSON object, "" or "{}" for the defaults alone. A value may also be the text of one ("0.25",
  /// "true"), as command lines and environments have nothing else. Errors name the option, the value and what would be
  /// right.
  Result<thresher_config> resolve(std::string_view json) const;

  /// The same from names and texts, as a query string has them; of a name given twice the last counts. Made to be
  /// called for every request: `config` keeps its storage, and nothing is allocated for values that fit a short string.
  /// `config` is empty or came from this schema before; after an error only another resolve() may use it.
  Result<void> resolve(std::span<const std::pair<std::string_view, std::string_view>> given,
                       thresher_config& config) const;

  /// {"profile":{"type":"string","default":"rock_solid","enum":[...],"description":...},...}, in the plugin's order.
  std::string json() const;
  const std::vector<OptionSpec>& options() const { return options_; }

 private:
  std::size_t index_of(std::string_view name) const;  ///< options_.size() when there is none
  Error unknown(std::string_view name) const;
  Error wrong(const OptionSpec& spec, const OptionValue& value, std::string_view written) const;
  void set_defaults(thresher_config& config) const;

  std::vector<OptionSpec> options_;
  std::string noun_ = "option";
};

/// "a text", "a number", "an integer", "a boolean".
std::string_view type_name(std::int32_t type);

}  // namespace thresher::plugin
