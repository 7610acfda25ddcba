#pragma once

#include "oracle/agent_board.h"
#include "oracle/check.h"

namespace oracle {

/// ORACLE 13. Every accepted item is terminal within a bound; one that we gave up on is not. A task that is ready while
/// its agent has a free slot begins within settings.start_bound; and where the workflows of a scenario ran one after
/// another without need, that is said too.
class LivenessCheck : public Check, public AgentWatcher {
 public:
  explicit LivenessCheck(const Bench& bench)
      : docket_(bench.docket("liveness")), book_(bench.book), settings_(bench.settings) {}
  void heard(const history::Event& event) override;
  void answered(const Case& answered) override;
  void on_idle(const history::Agent& agent, const Work& work, history::Instant from, history::Instant until) override;
  thresher::Finding finding() override;

 private:
  void gave_up(std::int64_t t, const history::GaveUp& told);
  void judge_leftovers();

  Docket docket_;
  const WorkflowBook& book_;
  const Settings& settings_;
  std::int64_t t_ = 0;  ///< of the last event
  bool interrupted_ = false;
};

}  // namespace oracle
