#pragma once

#include "base/result.h"
#include "cli/preparation.h"
#include "cli/run_options.h"
#include "engine/run.h"
#include "report/verdict.h"

namespace thresher::cli {

/// What a command adds that is a run of `thresher run` and something of its own: it watches the run, and has the last
/// word on how it ended. Coordinator's thread.
class RunCompanion : public engine::RunObserver {
 public:
  /// Once all that people wrote is settled and stand-ins serve, before the preflight and the load. The error refuses
  /// the run.
  virtual Result<void> admit(const Preparation& prepared) = 0;
  /// After the run's own report. Returns the exit code: `verdict`'s, or another where that is 0.
  virtual int conclude(const engine::RunSummary& summary, const report::Verdict& verdict) = 0;
};

/// run_command(), with a companion that outlives the call.
int run_command(const Command& command, RunCompanion& companion);

}  // namespace thresher::cli
