#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/sweep/sweep_items.h"
#include "cli/sweep/sweep_outcome.h"
#include "event/loop.h"
#include "event/process.h"
#include "event/timer.h"
#include "store/recovery/recovery_store.h"

namespace thresher::cli {

/// Takes runs of a sweep by lease, one at a time, until none is left: its own or anybody's. Each run is a process of
/// its own, killed when this one dies. On a loop's thread.
///
/// | state    | event                          | next     | does |
/// |----------|--------------------------------|----------|-------------------------------------------------------------|
/// | looking  | an item is pending             | running  | leases it, throws away what was half done, starts it | |
/// looking  | others hold the rest           | waiting  |                                                             |
/// | looking  | all are final                  | done     | | | waiting  | a moment later                 | looking  |
/// sweeps, so that a dead holder's item is taken over          | | running  | a third of the lease is over   | running
/// | heartbeat; refused: kills the run, whose result nobody wants | | running  | the run ended                  |
/// looking  | completes the item with its outcome                         | | running  | the run was killed | looking
/// | gives the item up: it has retries                           | | running  | stop()                         |
/// stopping | interrupts the run                                          | | stopping | the run ended | done     |
/// releases the item: no retry is used up                      | | any      | the store fails                | done |
/// says why                                                    |
class SweepWorker final : private event::ProcessEvents {
 public:
  struct Options {
    std::string executable;  ///< this program
    std::string holder;      ///< a name nobody else has
    /// A line for people, without its end.
    std::function<void(const std::string&)> say = [](const std::string&) {};
  };

  /// All but the options outlive it.
  SweepWorker(event::Loop& loop, store::RecoveryStore& kit, const Sweep& sweep, Options options);
  ~SweepWorker();

  /// Adds what is not there yet and begins. `on_done` is called once, not before this returns.
  void start(std::function<void(Result<void>)> on_done);
  /// Ends the run in progress, which somebody takes up again. Once more: at once.
  void stop();

 private:
  struct Running;

  Result<void> add_items();
  void look();
  Result<void> look_for_work();
  Result<void> begin(const SweepItem& wanted, store::Lease lease);
  void beat();
  Result<void> settle(const event::ProcessEnd& end);
  void finish(Result<void> result);

  void on_process_bytes(event::ProcessStream stream, std::string_view bytes) override;
  void on_process_stream_end(event::ProcessStream) override {}
  void on_process_end(const event::ProcessEnd& end) override;

  event::Loop& loop_;
  store::RecoveryStore& kit_;
  const Sweep& sweep_;
  const Options options_;
  std::function<void(Result<void>)> on_done_;
  event::Timer wake_;
  event::Timer heartbeat_;
  std::unique_ptr<Running> running_;
  bool added_ = false;
  bool stopping_ = false;
};

}  // namespace thresher::cli
