#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/sweep/sweep_items.h"
#include "cli/sweep/sweep_outcome.h"
#include "store/recovery/recovery_store.h"

namespace thresher::cli {

/// How a sweep stands: a row per item, in the file's order.
struct SweepReport {
  struct Row {
    const SweepItem* item = nullptr;
    store::WorkStatus status = store::WorkStatus::pending;
    std::string holder;  ///< who holds it, or held it last
    int attempts = 0;    ///< that were begun
    std::string error;   ///< of an item that has no outcome
    std::optional<SweepOutcome> outcome;
  };
  std::string name;
  std::vector<Row> rows;
  std::size_t passed = 0, not_passed = 0, open = 0;
  std::size_t others = 0;  ///< items in the store that this file and these arguments do not make
};

Result<SweepReport> sweep_report_of(store::RecoveryStore& kit, const Sweep& sweep);

/// A table for people, `width` columns at the most.
std::string sweep_text(const SweepReport& report, std::size_t width);
/// {"sweep", "passed", "not_passed", "open", "runs": [{"id", "label", "arguments", "status", "attempts", ...,
/// "document"}]}
std::string sweep_json(const SweepReport& report);
/// A header and a line per run, without documents.
std::string sweep_csv(const SweepReport& report);

}  // namespace thresher::cli
