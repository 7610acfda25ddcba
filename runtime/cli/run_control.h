#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/server.h"
#include "engine/run.h"
#include "event/loop.h"
#include "report/live_digest.h"
#include "report/verdict.h"

namespace thresher::cli {

/// A run's end of its control socket (runtime/control/README.md): tells who watches how the run goes, and carries out
/// what they order. Coordinator's thread.
///
/// Orders come on the socket's own thread. A run's go to its coordinator at once; a rehearsal's wait for its next
/// second, since nothing may come into virtual time from outside, and only those are obeyed that change no figure:
/// status, note, stop and kill.
class RemoteControl final : public engine::RunObserver {
 public:
  struct Identity {
    std::string history_id;  ///< empty: the run is not recorded
    std::string name;        ///< for a person
  };

  /// Null when there can be no socket, which is logged once. `run`, `coordinator` and `description` outlive it.
  static std::unique_ptr<RemoteControl> open(engine::Run& run, event::Loop& coordinator,
                                             const report::RunDescription& description, Identity identity);
  /// Sends what is queued, for at most a second, and removes the socket.
  ~RemoteControl() override;

  void on_event(const engine::RunEvent& event) override;
  void on_second(const engine::Snapshot& snapshot) override;
  void on_finish(const engine::Snapshot& snapshot) override;
  /// After the run: tells how it ended.
  void conclude(const report::Verdict& verdict, int exit_code, const std::vector<std::filesystem::path>& files);

 private:
  using Done = std::function<void(Result<std::string>)>;

  RemoteControl(engine::Run& run, event::Loop& coordinator, const report::RunDescription& description,
                Identity identity);
  Result<void> listen();
  void obey(control::Order order, Done done);
  Result<void> admits(const control::Order& order) const;
  Result<void> annotate(const std::string& text) const;
  Result<std::string> carry_out(const control::Order& order);
  Result<void> scale(const control::Order& order);
  std::string status();
  void tell(const engine::Snapshot& snapshot);
  void take_orders();

  engine::Run& run_;
  event::Loop& coordinator_;
  const report::RunDescription& description_;
  const Identity identity_;
  const std::string described_;  ///< the member `run` of what is told
  report::LiveDigest digest_;
  engine::Phase phase_ = engine::Phase::preparing;
  engine::Snapshot last_;  ///< of the second that passed last; without totals before any

  std::mutex mutex_;
  std::vector<std::function<void()>> orders_;  ///< of a rehearsal, not carried out yet; under mutex_

  std::unique_ptr<control::Server> server_;  ///< goes first: its thread calls obey()
};

}  // namespace thresher::cli
