#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "item.h"
#include "json_writer.h"

namespace aoa {

/// What the platform thinks of its own work, by the Farm document's thresholds. Whoever tests it need not agree.
struct Opinion {
  struct Check {
    std::string_view name;
    double expected = 0, actual = 0;
    bool passed = false;
  };
  std::string_view verdict = "PENDING";  ///< PASS, DEGRADED, FAIL; PENDING until the item has ended
  std::vector<Check> checks = {};
  std::string summary = {};
};

Opinion form_opinion(const Item& item, const Tally& sum, bool ended);

/// The members validation, verdict and analysis.
void write_opinion(const Opinion& opinion, JsonWriter& json);

}  // namespace aoa
