#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bindings/recovery_port.h"
#include "bindings/scenario_runner.h"
#include "cli/locations.h"
#include "cli/run_options.h"
#include "metrics/recorder.h"
#include "metrics/threshold.h"
#include "plugin/registry.h"
#include "profile/plan.h"

namespace thresher::cli {

/// A stand-in that was asked for, its target found.
struct WantedStandIn {
  const plugin::TargetType* type = nullptr;
  std::string config = "{}";
};

/// A run that only has to be started: everything that can be wrong in what people wrote has been found by now.
struct Preparation {
  RunOptions options;
  profile::Plan plan;
  bindings::ScenarioOptions scenario;
  std::vector<metrics::Threshold> thresholds;
  metrics::RecorderOptions recorder;
  std::unique_ptr<plugin::Registry> plugins;
  std::unique_ptr<bindings::RecoveryPort> recovery;  ///< of `scenario`
  std::vector<WantedStandIn> stand_ins;
  std::vector<bindings::WantedValidator> validators;
};

/// Reads the profile, the scripts and the plugins, and settles them into a plan (CONVENTIONS gives the order).
Result<Preparation> prepare(RunOptions options, const Locations& locations, bool rehearsal);

}  // namespace thresher::cli
