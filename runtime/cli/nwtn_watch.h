#pragma once

#include <optional>

#include "cli/nwtn_figures.h"
#include "engine/run.h"

namespace thresher::cli {

/// When the phases of a stress test end, since load began.
struct NwtnShape {
  std::uint64_t users = 0;
  Nanoseconds ramp_up{}, steady{}, ramp_down{};
  NwtnPhase phase_at(Nanoseconds elapsed) const;
};

/// Takes a stress test's figures from a run of scripts/nwtn_pipeline.lua, second by second. Coordinator's thread.
class NwtnWatch final : public engine::RunObserver {
 public:
  /// `with_machine`: looks at this machine each second too; not in virtual time, where a second takes none.
  NwtnWatch(NwtnShape shape, bool with_machine);

  void on_second(const engine::Snapshot& snapshot) override;
  void on_finish(const engine::Snapshot& snapshot) override;
  /// After on_finish().
  const NwtnFigures& figures() const { return figures_; }
  std::vector<MachineSample> machine() const;

 private:
  void watch_breaker(const metrics::Totals& totals);

  NwtnShape shape_;
  std::optional<MachineSampler> sampler_;
  NwtnFigures figures_;
  bool refusing_ = false;  ///< the breaker refused sessions in the last second
};

}  // namespace thresher::cli
