#pragma once

#include <filesystem>
#include <memory>

#include "event/loop.h"
#include "plugin/registry.h"
#include "service/load_launcher.h"

namespace thresher::cli {

/// Runs scripts/farm_stress.lua with the engine for the oracle's service: the coordinator on the service's own loop,
/// one worker with a thread and a loop of its own. All arguments outlive it and its loads.
class FarmLauncher final : public service::LoadLauncher {
 public:
  /// `script`: the scenario file.
  FarmLauncher(event::Loop& loop, const plugin::Registry& plugins, std::filesystem::path script)
      : loop_(loop), plugins_(plugins), script_(std::move(script)) {}

  Result<std::unique_ptr<service::Load>> start(service::LoadRequest request, service::LoadEvents events) override;

 private:
  event::Loop& loop_;
  const plugin::Registry& plugins_;
  const std::filesystem::path script_;
};

}  // namespace thresher::cli
