#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "farm/figures.h"

namespace farm {

using Json = nlohmann::ordered_json;

/// One of the Farm's checks. `actual` null: nothing was observed, and then it has not passed.
struct FarmCheck {
  std::string name;
  Json expected, actual;
  bool passed = false;
  std::string note;  ///< why it could not be judged, or why its passing says nothing

  Json to_json() const;  ///< {name, expected, actual, passed} and, if there is one, note
};

/// What the ground truth says of the fleet and its assignment, beside what was seen of it.
struct Staffing {
  history::Expectations expected;
  std::int64_t planners = 0, workers = 0;
};

/// The checks of contract part 4, of what was observed. Where our ground truth knows how many faults are recovered from
/// and tasks completed by a platform that does everything right, that is what .8 and .9 are taken of.
std::vector<FarmCheck> farm_checks(const Figures& figures, const Staffing& staffing);

/// The same for the event `validate`: `expected` is an `__expected__` block or what holds one, `actual` a platform's
/// result. Only what `expected` promises is checked.
std::vector<FarmCheck> compare(const Json& expected, const Json& actual);

}  // namespace farm
