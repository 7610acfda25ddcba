#pragma once

#include <optional>
#include <set>

#include "engine/crew.h"
#include "engine/history_merge.h"
#include "engine/load_clock.h"
#include "engine/reading_round.h"
#include "engine/run.h"
#include "engine/watchdog.h"
#include "engine/worker_books.h"
#include "event/timer.h"

namespace thresher::engine {

/// A run: its phases (README.md has the table), its seconds and its verdicts. Everything here happens on the
/// coordinator's loop.
class Coordinator final : public Run, private RunControl, private WorkerNews {
 public:
  Coordinator(profile::Plan plan, event::Loop& loop, Fabric fabric, RunnerFactory factory, Options options);

  void observe(RunObserver& observer) override { observers_.push_back(&observer); }
  void start(std::function<void(const RunSummary&)> on_done) override;
  RunControl& control() override { return *this; }
  metrics::Recorder& recorder() override { return *recorder_; }
  const profile::Plan& plan() const override { return plan_; }
  std::optional<Progress> progress() const override;

 private:
  // RunControl
  Result<void> pause() override;
  Result<void> resume() override;
  Result<void> scale_users(std::uint64_t users) override;
  Result<void> scale_rate(double per_s) override;
  void stop(StopReason reason) override;
  void kill() override;
  void note(std::string text) override { tell(RunEvent::Kind::note, std::move(text)); }

  // WorkerNews
  void prepared(unsigned worker, Result<IterationRunner*> runner) override;
  void setup_done(Result<std::string> data) override;
  void read(std::shared_ptr<WorkerReading> reading) override;
  void load_finished(unsigned worker) override;
  void teardown_done(Result<void> result) override;
  void left(unsigned worker) override;
  void abort_asked(std::string why) override;
  void failure_marked(std::string why) override;
  void said(std::string line) override;

  // Phases, in the order they come.
  void enter(Phase phase);
  void all_prepared();
  void begin_load();
  void end_load(StopReason reason, std::string text, Nanoseconds grace);
  void begin_teardown();
  void close();
  void finish();
  void fail_run(StopReason reason, Error error);
  void phase_timed_out();
  void give_up_on(unsigned worker, std::string why);
  bool load_goes_on() const { return phase_ == Phase::running || phase_ == Phase::paused || phase_ == Phase::stopping; }

  // Seconds.
  void second_due(TimePoint now);
  void close_second();
  void merge(TimePoint now, bool last);
  void tell_new_exceptions();
  void tell_crossed_thresholds();
  Snapshot snapshot(bool last);
  Validity judge(bool last) const;
  Nanoseconds elapsed(TimePoint now) const;
  Nanoseconds process_cpu() const;
  std::vector<std::uint64_t> late_seconds() const;
  const Progress* earlier() const { return options_.continued ? options_.continued->progress.get() : nullptr; }
  void arm_second(TimePoint now);

  void watch(TimePoint now);
  void tell(RunEvent::Kind kind, std::string text);

  const profile::Plan plan_;
  event::Loop& loop_;
  const Fabric fabric_;
  const Options options_;
  std::vector<RunObserver*> observers_;
  std::function<void(const RunSummary&)> on_done_;

  Phase phase_ = Phase::preparing;
  bool closing_ = false;
  bool stop_asked_ = false;  ///< summary_.stop says why; later reasons change nothing
  bool killed_ = false;
  std::optional<std::string> setup_data_;  ///< there is something to tear down
  RunSummary summary_;

  Crew crew_;
  std::vector<IterationRunner*> runners_;  ///< for the watchdog; null before prepared() and once dismissed
  std::vector<bool> answered_, load_over_, left_;
  event::Timer phase_timer_, second_timer_, watch_timer_;
  Watchdog watchdog_;

  LoadClock clock_;
  TimePoint load_began_{};
  std::optional<TimePoint> load_ended_;
  Nanoseconds paused_total_{};
  Nanoseconds process_cpu_at_start_{};
  std::optional<std::uint64_t> users_asked_;  ///< by scale_users
  std::optional<double> rate_asked_;

  ReadingRound round_;
  HistoryMerge history_;
  WorkerBooks books_;
  std::unique_ptr<metrics::Recorder> recorder_;  ///< vus and vus_max: sums over workers are the coordinator's to record
  metrics::Gauge& vus_;
  metrics::Gauge& vus_max_;
  std::uint64_t users_most_ = 0;
  metrics::Totals totals_;
  metrics::ThresholdJudge judge_;
  std::vector<metrics::ThresholdState> threshold_states_;  ///< as last told
  std::set<std::string> exceptions_told_;
};

}  // namespace thresher::engine
