#include "service/members.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "plugin/text.h"

namespace thresher::service {
namespace {

bool knows(const plugin::OptionSchema& schema, std::string_view name) {
  const auto& options = schema.options();
  return std::any_of(options.begin(), options.end(), [&](const auto& option) { return option.name == name; });
}

/// One member at a time, so that all wrong ones are named.
std::string objections(const plugin::OptionSchema& schema, const Json& given) {
  std::string found;
  for (const auto& [name, value] : given.items()) {
    const auto one = schema.resolve(json_text(Json::object({{name, value}})));
    if (!one) found += (found.empty() ? "" : "; ") + one.error().message;
  }
  return found;
}

}  // namespace

Result<Members> Members::of_body(const plugin::OptionSchema& schema, std::string_view body) {
  const Json sent = body.empty() ? Json::object() : Json::parse(body, nullptr, false);
  if (sent.is_discarded()) return fail(ErrorCode::invalid_argument, "the body is not JSON");
  if (!sent.is_object()) return fail(ErrorCode::invalid_argument, "the body must be a JSON object");
  Json given = Json::object();
  for (const auto& [name, value] : sent.items())
    if (knows(schema, name) && !value.is_null()) given[name] = value;
  auto config = schema.resolve(json_text(given));
  if (!config) return fail(ErrorCode::invalid_argument, objections(schema, given));
  Members members;
  members.config_ = std::move(*config);
  return members;
}

Result<Members> Members::of_query(const plugin::OptionSchema& schema, std::span<const plugin::Parameter> given) {
  Members members;
  std::vector<plugin::Parameter> known;
  std::string wrong;
  for (const plugin::Parameter& parameter : given) {
    if (!knows(schema, parameter.first)) continue;
    known.push_back(parameter);
    if (const auto one = schema.resolve(std::span(&parameter, 1), members.config_); !one)
      wrong += (wrong.empty() ? "" : "; ") + one.error().message;
  }
  if (!wrong.empty()) return fail(ErrorCode::invalid_argument, std::move(wrong));
  if (auto all = schema.resolve(known, members.config_); !all) return fail(std::move(all.error()));
  return members;
}

std::string Members::text(std::string_view name) const { return plugin::string_of(config_.text(name)); }

}  // namespace thresher::service
