#pragma once

#include <cstdint>
#include <vector>

#include "batch.h"
#include "fleet.h"

namespace farm {

struct ScenarioRequest {
  Seed seed;
  Scale scale = Scale::small;
  std::uint32_t workflow_count = 5;
  double chaos_rate = 0.2;
  Dialect dialect = Dialect::ours;
};

/// A fleet, workflows, and who does which task. Not copyable: tasks name agents by views of the fleet's own ids.
class Scenario {
 public:
  Scenario(const ScenarioRequest& request, Seeded& seeded);
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  const ScenarioRequest& request() const { return request_; }
  const Fleet& fleet() const { return fleet_; }
  const Batch& batch() const { return batch_; }

 private:
  void assign(Seeded& seeded);

  ScenarioRequest request_;
  Fleet fleet_;
  Batch batch_;  ///< its seed is 1000 more than the scenario's
};

/// The two forms of a scenario: as GET /api/agents/stress-scenario shows it (the fleet under "agents", the batch under
/// "workflows"), and as it is pushed to a platform (agents and workflows as such).
enum class ScenarioForm : std::uint8_t { shown, pushed };

void write_scenario(const Scenario& scenario, ScenarioForm form, std::int64_t now, JsonWriter& json);

}  // namespace farm
