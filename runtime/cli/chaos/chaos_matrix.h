#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/sweep/sweep_items.h"
#include "cli/sweep/sweep_report.h"

namespace thresher::cli {

/// A scenario of the matrix: scripts/chaos/NN_name.lua, whose first line says "-- Title: what it shows."
struct ChaosScenario {
  int number = 0;
  std::string title, description;
  std::filesystem::path script;
};

/// In the order of their numbers. The error says where they were looked for.
Result<std::vector<ChaosScenario>> find_chaos_scenarios(const std::filesystem::path& folder);

struct ChaosWanted {
  std::vector<ChaosScenario> scenarios;
  std::int64_t repeats = 1;
  std::uint64_t seed = 0;        ///< of the first repeat; one more for each further
  std::filesystem::path folder;  ///< of all state
};

/// One run of a scenario, with a folder of its own.
struct ChaosRun {
  const ChaosScenario* scenario = nullptr;
  std::uint64_t seed = 0;
  std::filesystem::path folder;
};

/// The runs, as a sweep; `runs[i]` is the sweep's item i. `wanted` outlives both.
struct ChaosPlan {
  Sweep sweep;
  std::vector<ChaosRun> runs;
};
ChaosPlan plan_chaos(const ChaosWanted& wanted);

/// What one run came to.
struct ChaosOutcome {
  bool passed = false;
  std::vector<std::string> assertions;  ///< the names of its checks
  std::vector<std::string> failures;    ///< checks that failed, script errors, or why it has no result
};
ChaosOutcome chaos_outcome_of(const SweepReport::Row& row);

/// A row of the matrix.
struct ChaosRow {
  const ChaosScenario* scenario = nullptr;
  std::vector<std::string> assertions;
  std::int64_t runs = 0, passed = 0;
  double rate = 0, low = 0, high = 0;  ///< of passing; Wilson's 95 % interval
  bool good = false;                   ///< the rate is what was demanded
  std::vector<std::uint64_t> failed_seeds;
  std::vector<std::string> failures;  ///< each once
};
std::vector<ChaosRow> chaos_rows(const ChaosPlan& plan, const SweepReport& report, double min_pass);

std::string chaos_text(const std::vector<ChaosRow>& rows, std::size_t width);
std::string chaos_markdown(const std::vector<ChaosRow>& rows, const std::string& command);
/// {"scenarios": [{"scenario", "name", "description", "key_assertions", "runs", "passed", "pass_rate", ...}]}
std::string chaos_json(const std::vector<ChaosRow>& rows);

}  // namespace thresher::cli
