#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/run.h"
#include "plugin/validator.h"

namespace thresher::service {

/// A load that the service wants: a task of the Farm scenario (scripts/farm_stress.lua) with its settings.
struct LoadRequest {
  std::string task;                             ///< "push" or "stream"
  std::map<std::string, std::string> settings;  ///< what the script reads with thresher.env: TARGET_URL, SCALE ...
  double rate_per_s = 0;                        ///< arrivals; 0: one iteration, once
  Nanoseconds duration{};                       ///< of the arrivals
  Nanoseconds time_limit = std::chrono::minutes(10);  ///< of one iteration: then the load is stopped
  std::uint64_t seed = 12345;
};

/// How a load stands.
struct LoadProgress {
  engine::Phase phase = engine::Phase::preparing;
  Nanoseconds elapsed{};
  std::uint64_t iterations = 0, in_flight = 0, dropped = 0;
};

/// How a load ended, and what the validators said of its history.
struct LoadOutcome {
  engine::RunSummary summary;
  std::map<std::string, std::string>
      documents;                              ///< of the validator `farm`: name, JSON ("analysis", "checks", "run" ...)
  std::vector<plugin::Finding> findings;      ///< of the validator `oracle`
  std::vector<plugin::Violation> violations;  ///< the first 100 of them
  std::uint64_t violation_count = 0;
};

/// A load under way. The loop's thread.
class Load {
 public:
  virtual ~Load() = default;  ///< stops it at once; no call comes afterwards
  virtual LoadProgress progress() const = 0;
  virtual void stop() = 0;  ///< gracefully: the outcome still comes
};

/// What a load tells. On the loop's thread, never from inside start().
struct LoadEvents {
  std::function<void(std::string_view line)> on_history;  ///< one event of the history (plugins/validators/README.md)
  std::function<void(LoadOutcome)> on_done;               ///< once, last; may destroy the load
};

/// Runs loads with the engine, beside the server on its loop. The cli implements it: the service knows no Lua.
class LoadLauncher {
 public:
  virtual ~LoadLauncher() = default;
  virtual Result<std::unique_ptr<Load>> start(LoadRequest request, LoadEvents events) = 0;
};

}  // namespace thresher::service
