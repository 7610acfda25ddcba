#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "engine/run.h"
#include "engine/worker.h"

namespace thresher::engine {

/// The workers of a run with their loops and, if the fabric wants them, threads. Coordinator's thread; a worker is only
/// ever touched through tell(), on its own.
class Crew {
 public:
  /// `earlier`: of the run that this one goes on from; null for none.
  Crew(const profile::Plan& plan, event::Loop& coordinator, const Fabric& fabric, RunnerFactory factory,
       metrics::RecorderOptions recorder, std::shared_ptr<const Progress> earlier, WorkerNews& news);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Makes loops and threads; each worker builds its runner and says prepared().
  void hire();
  unsigned size() const { return workers_; }

  /// Runs `order` on the worker's thread; nothing happens if it has no worker or was abandoned.
  void tell(unsigned worker, std::function<void(Worker&)> order);
  void tell_all(const std::function<void(Worker&)>& order);
  /// Destroys the worker on its thread, after a last reading; left() follows.
  void dismiss(unsigned worker);
  /// Leaves a thread that does not come back to itself: it keeps its seat alive, and nothing it says is heard. The
  /// others' news still is.
  void abandon(unsigned worker);
  /// Waits for the threads of workers that left.
  void disband();

 private:
  /// Shared by the crew and the worker's thread, so that a thread left behind does not use what is gone.
  struct Seat {
    std::unique_ptr<event::Loop> loop;
    std::unique_ptr<Worker> worker;  ///< the worker's thread only
    Outbox outbox;
    std::unique_ptr<const profile::Plan> plan;
    RunnerFactory factory;
    bool abandoned = false;  ///< coordinator's thread only

    void leave();  ///< the worker's thread only: the last thing that happens there
  };

  void take_seat(unsigned worker);

  const profile::Plan& plan_;
  const unsigned workers_;
  event::Loop& coordinator_;
  const Fabric& fabric_;
  const RunnerFactory factory_;
  const metrics::RecorderOptions recorder_;
  const std::shared_ptr<const Progress> earlier_;
  WorkerNews& news_;
  std::vector<std::shared_ptr<Seat>> seats_;
  std::vector<std::thread> threads_;  ///< parallel to seats_; empty without threads
};

}  // namespace thresher::engine
