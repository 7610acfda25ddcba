#pragma once

#include <string>
#include <vector>

#include "store/comparison.h"
#include "store/regression.h"
#include "store/run_record.h"

namespace thresher::cli {

/// How a run stands to the comparable ones before it.
struct Baselines {
  store::Regression regression;
  std::vector<store::RunRecord> runs;  ///< newest first
};

// What `thresher runs --json`, `show --json` and `compare --json` print, line end included. Pure.
std::string runs_json(const std::vector<store::RunRecord>& runs);
std::string run_json(const store::RunRecord& run, const Baselines& baselines);
std::string comparison_json(const store::RunRecord& first, const store::RunRecord& second,
                            const store::Comparison& comparison);

}  // namespace thresher::cli
