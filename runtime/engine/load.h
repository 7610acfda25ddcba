#pragma once

#include <memory>

#include "engine/executor.h"
#include "engine/iteration_runner.h"
#include "engine/virtual_users.h"

namespace thresher::engine {

/// One worker's share of a run's load, from its start to its last user: drives the executor, ends it gracefully, and
/// hears the runner (README.md has the table). Pure: told the time, it says when it wants to hear it again; it knows no
/// loop and no thread.
class Load final : public RunnerEvents {
 public:
  enum class State : std::uint8_t { waiting, running, paused, stopping, finished };

  /// Asked for a call of advance() at `at` or soon after; only from events outside advance(). An earlier request
  /// stands.
  class Alarm {
   public:
    virtual void ring_at(TimePoint at) = 0;

   protected:
    ~Alarm() = default;
  };

  struct Options {
    const profile::Plan* plan = nullptr;
    unsigned worker = 0, workers = 1;
    Nanoseconds shortest_cycle{};
    const Progress* earlier = nullptr;  ///< of the run that this one goes on from; outlives the load
    const Clock* clock = nullptr;
    metrics::Recorder* recorder = nullptr;
    IterationRunner* runner = nullptr;
    Alarm* alarm = nullptr;
  };

  /// A user's on_stop may take as long as the stop timeout, and this long at least.
  static constexpr Nanoseconds kOnStopLeast = std::chrono::seconds(5);

  explicit Load(const Options& options);

  /// Load begins at `origin`, which may lie ahead: its shape from the beginning, or from where the earlier run stood.
  void start(TimePoint origin);
  /// Does what is due; returns when to call again, TimePoint::max() when only an event can change anything.
  TimePoint advance(TimePoint now);

  void pause(TimePoint now);
  void resume(TimePoint now);
  /// Nobody begins; whoever runs is interrupted after `grace`; everybody retires. Again, with less grace: sooner.
  void stop(TimePoint now, Nanoseconds grace);
  void kill(TimePoint now);
  /// The books are closed: what a runner says while it is torn down is not heard.
  void close() { state_ = State::finished; }
  Result<void> scale_users(TimePoint now, std::uint64_t users);
  Result<void> scale_rate(TimePoint now, double per_s);

  void iteration_ended(UserNumber user, const IterationEnd& end) override;
  void user_retired(UserNumber user) override;

  State state() const { return state_; }
  bool finished() const { return state_ == State::finished; }
  std::uint64_t abandoned() const { return abandoned_; }  ///< users that were still there when it finished
  const VirtualUsers::Tally& tally() const { return users_.tally(); }
  Executor::Dropped dropped() const { return executor_->dropped(); }
  std::vector<std::uint32_t> user_iterations() const { return executor_->user_iterations(); }

 private:
  TimePoint end_of_shape() const;
  void begin_stopping(TimePoint deadline);
  bool finish_if_done(TimePoint now);
  void ring(TimePoint at);

  const Options options_;
  const Nanoseconds on_stop_limit_;
  IterationSeries series_;
  LoadClock clock_;
  VirtualUsers users_;
  std::unique_ptr<Executor> executor_;
  State state_ = State::waiting;
  bool advancing_ = false;  ///< inside advance(): its caller learns the next moment from its result
  bool once_more_ = false;  ///< a user that is wanted again retired: the executor has to hear of now again
  TimePoint deadline_ = TimePoint::max();  ///< stopping: when iterations in progress are interrupted
  TimePoint give_up_ = TimePoint::max();   ///< stopping: when whoever is left is abandoned
  bool only_on_stops_left_ = false;
  std::uint64_t abandoned_ = 0;
};

}  // namespace thresher::engine
