#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bindings/scenario_runner.h"
#include "engine/run.h"
#include "plugin/registry.h"
#include "report/history_lines.h"
#include "report/judgement.h"

namespace thresher::cli {

/// Gives a run's history to the validators it is judged by while it goes on, counts their violations in the run's own
/// metric oracle_violations (by validator and check), and keeps what they say for the reports. Coordinator's thread.
class RunOracle final : public engine::RunObserver {
 public:
  /// Makes the validators. `run` and `judgement` outlive it. `judgement` is filled while the run goes on.
  static Result<std::unique_ptr<RunOracle>> create(const plugin::Registry& plugins,
                                                   const std::vector<bindings::WantedValidator>& wanted,
                                                   const report::RunDescription& run, report::Judgement& judgement);

  ~RunOracle() override;

  /// Before the run starts, and before other observers, which read the judgement.
  void watch(engine::Run& run);
  void on_history(const engine::HistoryPart& part) override;

 private:
  class Bench;  // one validator at work

  RunOracle(const report::RunDescription& run, report::Judgement& judgement);
  void tell(std::string_view line);
  void count(const std::string& validator, const std::string& check);

  report::HistoryLines lines_;
  report::Judgement& judgement_;
  engine::Run* run_ = nullptr;
  std::vector<std::unique_ptr<Bench>> benches_;
};

}  // namespace thresher::cli
