#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/run.h"
#include "store/run_store.h"

namespace thresher::store {

/// Keeps one run in the history while it goes on. Heartbeats come from a thread of their own: a commit waits for the
/// disk, or for another process's lock, and the coordinator must not. Everything else is the thread's that made it.
class RunRecording final : public engine::RunObserver {
 public:
  /// Notes the beginning. `interval` between signs of life.
  static Result<std::unique_ptr<RunRecording>> begin(std::unique_ptr<RunStore> store, const RunStart& start,
                                                     Nanoseconds interval = RunStore::kHeartbeatInterval);
  /// Any thread: saved with the next sign of life, which comes at once.
  void save_progress(std::string progress);

  /// Goes on with the record of a run whose process died.
  static Result<std::unique_ptr<RunRecording>> take_over(std::unique_ptr<RunStore> store, const std::string& id,
                                                         Nanoseconds interval = RunStore::kHeartbeatInterval);
  /// A run that was not finished stays `running` in the history, and is interrupted once this process is gone.
  ~RunRecording() override;

  const std::string& id() const { return id_; }

  /// Takes figures and validity.
  void on_finish(const engine::Snapshot& snapshot) override;
  /// Writes the end; its figures and validity are those of the last snapshot. Call it once, after the run.
  Result<void> finish(RunEnd end);

 private:
  RunRecording(std::unique_ptr<RunStore> store, std::string id, Nanoseconds interval);
  void beat(Nanoseconds interval);
  void stop_beating();

  std::unique_ptr<RunStore> store_;  ///< the heart's until it has stopped
  const std::string id_;
  RunFigures figures_;
  std::string validity_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;                    ///< under mutex_
  std::optional<std::string> progress_;  ///< to be saved; under mutex_
  std::thread heart_;
};

}  // namespace thresher::store
