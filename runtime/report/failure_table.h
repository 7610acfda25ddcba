#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metrics/totals.h"

namespace thresher::report {

/// Failed requests of one (method, name) with one cause.
struct FailureRow {
  std::string method, name;
  std::string error;  ///< an Outcome's name, or "HTTP 503" when an answer came whose status is the failure
  std::uint64_t occurrences = 0;
  WallTime first_seen{}, last_seen{};                ///< to the second: of the snapshots that had them
  const metrics::FailureExample* example = nullptr;  ///< the totals' own; null: none was kept
};

/// The most frequent first; equal ones by name, method, error. Pure.
std::vector<FailureRow> make_failure_table(const metrics::Totals& totals);

/// How one check went, over all series of (group, check).
struct CheckRow {
  std::string group;  ///< "::login::form", or empty outside any group
  std::string name;
  std::uint64_t passes = 0, fails = 0;
};

/// By group, then name. Pure.
std::vector<CheckRow> make_check_table(const metrics::Totals& totals);

}  // namespace thresher::report
