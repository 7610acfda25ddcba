#pragma once

#include <string>

#include "agent_pool.h"
#include "conduct.h"
#include "item.h"
#include "wall_time.h"

namespace aoa {

/// Writes what became of an item, as far as it has gone: the members of the platform's contract, and of
/// plugins/validators/README.md those that a platform may add. The bugs that lie do it here.
class ResultWriter {
 public:
  ResultWriter(const Conduct& conduct, const AgentPool& agents, const WallTime& wall)
      : conduct_(conduct), agents_(agents), wall_(wall) {}

  /// GET /scenario/{id}.
  std::string scenario(const Item& item) const;
  /// GET /workflow/{execution_id}, of an item that has ended.
  std::string workflow(const Item& item) const;

 private:
  const Conduct& conduct_;
  const AgentPool& agents_;
  const WallTime& wall_;
};

}  // namespace aoa
