#pragma once

#include <string>
#include <vector>

#include "store/regression.h"
#include "store/run_record.h"

namespace thresher::cli {

/// How a run stands to the comparable ones before it.
struct Baselines {
  store::Regression regression;
  std::vector<store::RunRecord> runs;  ///< newest first
};

// What `thresher runs --json` and `show --json` print, line end included. Pure.
std::string runs_json(const std::vector<store::RunRecord>& runs);
std::string run_json(const store::RunRecord& run, const Baselines& baselines);

}  // namespace thresher::cli
