#include "report/judgement.h"

#include <algorithm>

namespace thresher::report {

std::vector<std::string> Judgement::without_verdict() const {
  std::vector<std::string> blind;
  for (const std::string& validator : validators) {
    const bool saw = std::any_of(checks.begin(), checks.end(), [&](const Check& check) {
      return check.validator == validator && check.word != Word::no_data;
    });
    const bool told = std::any_of(violations.begin(), violations.end(),
                                  [&](const Violation& violation) { return violation.validator == validator; });
    if (!saw && !told) blind.push_back(validator);
  }
  return blind;
}

std::string_view name_of(Judgement::Word word) {
  switch (word) {
    case Judgement::Word::no_data:
      return "NO_DATA";
    case Judgement::Word::pass:
      return "PASS";
    case Judgement::Word::degraded:
      return "DEGRADED";
    case Judgement::Word::fail:
      return "FAIL";
  }
  return "?";
}

}  // namespace thresher::report
