#include "plugin/judgement_check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "plugin/text.h"
#include "plugin/validator.h"

namespace thresher::plugin {
namespace {

using Json = nlohmann::ordered_json;

/// Details are empty or a JSON object; other tools read them without asking.
std::string details_breach(std::string_view what, thresher_text check, thresher_text details) {
  if (details.size == 0 || Json::parse(view_of(details), nullptr, false).is_object()) return {};
  return fmt::format("the details of its {} of \"{}\" are no JSON object: {}", what, view_of(check), view_of(details));
}

}  // namespace

std::string_view name_of(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::pass:
      return "PASS";
    case CheckVerdict::degraded:
      return "DEGRADED";
    case CheckVerdict::fail:
      return "FAIL";
    case CheckVerdict::no_data:
      break;
  }
  return "NO_DATA";
}

std::string violation_breach(const thresher_violation* violation) {
  if (!violation) return "its violation is NULL";
  if (violation->struct_size < sizeof(thresher_violation))
    return fmt::format("its thresher_violation has {} bytes; ABI 1.1 has {}", violation->struct_size,
                       sizeof(thresher_violation));
  if (violation->check.size == 0) return "its violation names no check";
  if (violation->witness.size == 0)
    return fmt::format("its violation of \"{}\" has no witness", view_of(violation->check));
  if (violation->at_ns < -1)
    return fmt::format("its violation of \"{}\" is of {} ns, before the run", view_of(violation->check),
                       violation->at_ns);
  return details_breach("violation", violation->check, violation->details);
}

std::string finding_breach(const thresher_finding* finding) {
  if (!finding) return "its finding is NULL";
  if (finding->struct_size < sizeof(thresher_finding))
    return fmt::format("its thresher_finding has {} bytes; ABI 1.1 has {}", finding->struct_size,
                       sizeof(thresher_finding));
  if (finding->check.size == 0) return "its finding names no check";
  if (finding->verdict < THRESHER_NO_DATA || finding->verdict > THRESHER_FAIL)
    return fmt::format("its finding of \"{}\" has the unknown verdict {}", view_of(finding->check), finding->verdict);
  if (finding->observations == 0 && finding->verdict != THRESHER_NO_DATA)
    return fmt::format("its finding of \"{}\" is {} with 0 observations", view_of(finding->check),
                       name_of(static_cast<CheckVerdict>(finding->verdict)));
  return details_breach("finding", finding->check, finding->details);
}

std::string document_breach(thresher_text name, thresher_text json) {
  if (!is_name(name))
    return fmt::format("it calls a document \"{}\"; names are lower case letters, digits, '_' and '-'", view_of(name));
  if (!Json::accept(view_of(json))) return fmt::format("its document {} is no JSON", view_of(name));
  return {};
}

}  // namespace thresher::plugin
