#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plugin/generator.h"
#include "service/answer.h"
#include "service/declared.h"

namespace thresher::service {

/// What a caller sent, judged by a schema: every declared member with its value or default. Members that the schema
/// does not know are passed over.
class Members {
 public:
  /// Of a JSON body; an empty one is {}. null counts as not given. The error names every wrong member with its value
  /// and what would be right.
  static Result<Members> of_body(const plugin::OptionSchema& schema, std::string_view body);
  /// Of a query; of a repeated parameter the last counts.
  static Result<Members> of_query(const plugin::OptionSchema& schema, std::span<const plugin::Parameter> given);

  std::string text(std::string_view name) const;
  double number(std::string_view name) const { return config_.number(name); }
  std::int64_t integer(std::string_view name) const { return config_.integer(name); }
  bool boolean(std::string_view name) const { return config_.boolean(name) != 0; }
  bool given(std::string_view name) const { return config_.given(name) != 0; }

 private:
  thresher_config config_;
};

}  // namespace thresher::service
