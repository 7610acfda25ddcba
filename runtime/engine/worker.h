#pragma once

#include <memory>
#include <string>

#include "engine/load.h"
#include "engine/worker_news.h"
#include "event/loop.h"
#include "event/timer.h"

namespace thresher::engine {

/// One worker: its runner, its recorder and its share of the load, on one loop. Made, used and destroyed on that loop's
/// thread; it answers the coordinator through its outbox.
class Worker final : private RunPort, private Load::Alarm {
 public:
  struct Place {
    unsigned index = 0, workers = 1;
    const profile::Plan* plan = nullptr;
    event::Loop* loop = nullptr;
    metrics::RecorderOptions recorder;
    std::shared_ptr<const Progress> earlier;  ///< of the run that this one goes on from; null for none
    bool own_thread = false;                  ///< false: time is virtual, or the loop is shared; no CPU is told
    Nanoseconds shortest_cycle{};
    Outbox outbox;
  };

  /// Builds the runner; its error is the worker's.
  static Result<std::unique_ptr<Worker>> create(const Place& place, const RunnerFactory& factory);
  ~Worker() override;

  IterationRunner& runner() { return *runner_; }

  void setup();
  void begin_load(const std::string& setup_data, TimePoint origin);
  void pause();
  void resume();
  void scale_users(std::uint64_t users);
  void scale_rate(double per_s);
  void stop(Nanoseconds grace);
  void kill();
  void teardown(const std::string& setup_data);
  void send_reading();

 private:
  explicit Worker(const Place& place);
  void abort(std::string why) override;
  void mark_failed(std::string why) override;
  void say(std::string line) override;
  void record(std::string event) override;
  void ring_at(TimePoint at) override;
  void on_timer(TimePoint now);
  void advance(TimePoint now);
  void go_on_later();
  void tell_if_finished();
  Nanoseconds thread_cpu() const;

  /// What the runner is given as RunnerEvents before there is a load; no iteration ends before.
  class EventsDoor final : public RunnerEvents {
   public:
    void open(Load& load) { load_ = &load; }
    void iteration_ended(UserNumber user, const IterationEnd& end) override { load_->iteration_ended(user, end); }
    void user_retired(UserNumber user) override { load_->user_retired(user); }

   private:
    Load* load_ = nullptr;
  };

  Place place_;
  std::unique_ptr<metrics::Recorder> recorder_;
  metrics::Trend& loop_lag_;
  EventsDoor events_;
  std::unique_ptr<IterationRunner> runner_;
  std::unique_ptr<Load> load_;
  event::Timer timer_;
  TimePoint armed_at_{};  ///< of timer_: it cannot be later than since it was armed
  Nanoseconds cpu_at_start_{};
  std::vector<HistoryEntry> history_;  ///< since the last reading
  bool finish_told_ = false;
  bool going_on_ = false;  ///< go_on_later() is under way
  const std::shared_ptr<const bool> alive_ =
      std::make_shared<const bool>(true);  ///< outlived by what it posted to itself
};

}  // namespace thresher::engine
