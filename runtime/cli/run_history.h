#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/preparation.h"
#include "cli/run_checkpoint.h"
#include "cli/run_options.h"
#include "engine/run.h"
#include "report/json_report.h"
#include "report/run_description.h"
#include "report/verdict.h"
#include "store/run_recording.h"

namespace thresher::cli {

/// A run's record in the history, from before its first request to after its verdict. Records nothing, and says so by
/// an empty id, for a rehearsal (it measures no target) and with --no-history.
///
/// The history is a by-product unless somebody named it: when DATABASE_URL is not set, one that cannot be opened or
/// written costs a warning; when it is set, it is an error.
class RunHistory {
 public:
  /// Opens the history; nothing is written yet.
  static Result<RunHistory> open(const RunOptions& options, bool rehearsal);

  /// Notes that the run begins. `run` must outlive this.
  Result<void> begin(const Preparation& prepared, const report::RunDescription& run);
  /// Takes over the record of a run whose process died. Without its record a run is not continued.
  Result<void> go_on(const std::string& id, const report::RunDescription& run);
  void observe(engine::Run& run) const;
  /// Saves with the record how far the run came, from now on. `run`, `description` and `clock` outlive this.
  void save_progress_of(engine::Run& run, const report::RunDescription& description, const event::Loop& clock,
                        std::vector<std::string> arguments);
  /// Writes how it ended, with the whole report.
  Result<void> conclude(const engine::RunSummary& summary, const report::Verdict& verdict);

  const std::string& id() const { return id_; }  ///< empty: not recorded

 private:
  Result<void> forgive(Error error);
  void take(std::unique_ptr<store::RunRecording> recording, const report::RunDescription& run);

  std::unique_ptr<store::RunStore> store_;
  std::unique_ptr<store::RunRecording> recording_;
  std::unique_ptr<report::JsonReport> document_;
  std::unique_ptr<std::string> document_text_;  ///< where document_ puts it; its address stays
  std::unique_ptr<RunCheckpoints> checkpoints_;
  std::string id_;
  bool named_ = false;
};

}  // namespace thresher::cli
