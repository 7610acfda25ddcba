#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/nwtn_documents.h"
#include "cli/run_options.h"
#include "profile/profile.h"

namespace thresher::cli {

/// As typed; empty or absent: not said.
struct NwtnStressOptions {
  std::string url, users, duration, latency, success_rate, ramp;
  std::string output = "nwtn_stress_test_results.json", output_dir = ".";
  bool quick = false, extended = false, rehearse = false;
  std::string seed, workers, html, json;
  std::vector<std::string> stand_ins, plugins;
  bool no_preflight = false, no_history = false, insecure = false, quiet = false, no_color = false;
};

/// A stress test that can be started: everything a person wrote has been read.
struct NwtnStressPlan {
  RunOptions run;  ///< of scripts/nwtn_pipeline.lua
  NwtnShape shape;
  NwtnRequirements requirements;
  bool rehearsal = false;
  std::string url;                       ///< empty: where the stand-in listens
  std::string output, timeline, errors;  ///< paths of the report files
};
/// `profile`: the shipped profile of the size that was asked for (ramp up, hold, ramp down), which users and durations
/// of the options change. Errors name the flag and its value.
Result<NwtnStressPlan> plan_stress(const NwtnStressOptions& options, profile::Profile profile);

/// Does it all; the exit code is the run's, and 99 where the run was fine and Phase 1 is not met.
int nwtn_stress(const NwtnStressOptions& options, const std::string& command_line);

}  // namespace thresher::cli
