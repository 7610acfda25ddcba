#pragma once

#include <cstdint>
#include <deque>
#include <map>

#include "admission.h"
#include "agent.h"
#include "batch.h"

namespace leveredge {

/// The orchestrator: executes chains and steps, one after another or in batches side by side.
class Atlas final : public Service {
 public:
  explicit Atlas(const Conduct& conduct) : conduct_(conduct), admission_(conduct.limits) {}
  void add_routes(Router& router) override;

 private:
  thresher::Answer execute_one(Call& call, const Json& body);
  thresher::Answer execute_parallel(Call& call, const Json& body);
  thresher::Answer show_batch(const Call& call, Json (Batch::*shown)(std::chrono::nanoseconds) const) const;
  thresher::Answer list_batches(const Call& call) const;
  thresher::Answer metrics(const Call& call) const;
  thresher::Answer listed(const Call& call, const Json& body) const;
  Execution run(Call& call, const Intent& intent);

  Conduct conduct_;
  Admission admission_;
  std::map<std::string, Batch, std::less<>> batches_;
  std::deque<std::string> batch_order_;  ///< ids of batches_, oldest first
  std::uint64_t executions_[3] = {};     ///< by ExecutionStatus
};

}  // namespace leveredge
