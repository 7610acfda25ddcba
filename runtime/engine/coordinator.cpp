#include "engine/coordinator.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/shape.h"

namespace thresher::engine {

namespace {

/// With threads: how far ahead load begins, so that every worker has heard of it in time.
constexpr Nanoseconds kHeadStart = std::chrono::milliseconds(5);
/// How long destroying a runner may take before its thread counts as stuck.
constexpr Nanoseconds kClosingLimit = std::chrono::seconds(10);

bool all(const std::vector<bool>& flags) { return std::find(flags.begin(), flags.end(), false) == flags.end(); }

}  // namespace

Coordinator::Coordinator(profile::Plan plan, event::Loop& loop, Fabric fabric, RunnerFactory factory, Options options)
    : plan_(std::move(plan)),
      loop_(loop),
      fabric_(std::move(fabric)),
      options_(std::move(options)),
      crew_(plan_, loop_, fabric_, std::move(factory), options_.recorder,
            options_.continued ? options_.continued->progress : nullptr, *this),
      runners_(crew_.size()),
      answered_(crew_.size()),
      load_over_(crew_.size()),
      left_(crew_.size()),
      phase_timer_(loop_.timers(), [this](TimePoint) { phase_timed_out(); }),
      second_timer_(loop_.timers(), [this](TimePoint now) { second_due(now); }),
      watch_timer_(loop_.timers(), [this](TimePoint now) { watch(now); }),
      watchdog_(fabric_.script_limit, crew_.size()),
      round_(crew_.size()),
      history_(crew_.size()),
      books_(crew_.size(), earlier()),
      recorder_(metrics::Recorder::create(crew_.size(), options_.recorder)),
      vus_(recorder_->gauge(builtin("vus"), {})),
      vus_max_(recorder_->gauge(builtin("vus_max"), {})),
      judge_(options_.thresholds),
      threshold_states_(judge_.verdicts().size(), metrics::ThresholdState::no_data) {
  if (earlier() == nullptr) return;
  const Progress& before = *earlier();
  totals_ = std::move(options_.continued->totals);
  for (const metrics::ExceptionCount& exception : totals_.exceptions()) exceptions_told_.insert(exception.message);
  paused_total_ = before.elapsed - before.offset;
  users_asked_ = before.users_asked;
  rate_asked_ = before.rate_asked;
  users_most_ = before.users_most;
  summary_.marked_failed = before.marked_failed;
  judge_.go_on_from(before.thresholds, before.elapsed);
}

void Coordinator::start(std::function<void(const RunSummary&)> on_done) {
  on_done_ = std::move(on_done);
  summary_.started = earlier() != nullptr ? earlier()->started : loop_.wall_now();
  enter(Phase::preparing);
  crew_.hire();
  if (fabric_.threads && fabric_.script_limit > Nanoseconds{}) watch(loop_.now());
}

void Coordinator::enter(Phase phase) {
  phase_ = phase;
  tell(RunEvent::Kind::phase_changed, std::string(name_of(phase)));
}

void Coordinator::tell(RunEvent::Kind kind, std::string text) {
  const RunEvent event{.kind = kind, .wall = loop_.wall_now(), .text = std::move(text)};
  for (RunObserver* observer : observers_) observer->on_event(event);
}

// ---- preparing and setup

void Coordinator::prepared(unsigned worker, Result<IterationRunner*> runner) {
  answered_[worker] = true;
  if (runner) {
    runners_[worker] = *runner;
  } else if (!summary_.error) {
    fail_run(StopReason::worker_failed, std::move(runner.error()));
  }
  if (all(answered_)) all_prepared();
}

void Coordinator::all_prepared() {
  if (stop_asked_) return close();
  if (earlier() != nullptr && !options_.continued->setup_again) {
    setup_data_ = earlier()->setup_data;
    return begin_load();
  }
  enter(Phase::setup);
  phase_timer_.start_at(loop_.now() + plan_.setup_timeout);
  crew_.tell(0, [](Worker& worker) { worker.setup(); });
}

void Coordinator::setup_done(Result<std::string> data) {
  if (phase_ != Phase::setup || closing_) return;  // too late: given up on
  phase_timer_.cancel();
  if (!data) {
    fail_run(StopReason::setup_failed, std::move(data.error()));
    return close();
  }
  setup_data_ = std::move(*data);
  begin_load();
}

void Coordinator::fail_run(StopReason reason, Error error) {
  end_load(reason, to_text(error), Nanoseconds{});
  if (!summary_.error) summary_.error = std::move(error);
}

// ---- load

void Coordinator::begin_load() {
  enter(Phase::running);
  load_began_ = loop_.read_clock() + (fabric_.threads ? kHeadStart : Nanoseconds{});
  clock_.start(earlier() != nullptr ? load_began_ - earlier()->offset : load_began_);
  books_.load_began(load_began_);
  if (fabric_.process_cpu) process_cpu_at_start_ = fabric_.process_cpu();
  crew_.tell_all([data = *setup_data_, origin = load_began_](Worker& worker) { worker.begin_load(data, origin); });
  if (users_asked_) crew_.tell_all([users = *users_asked_](Worker& worker) { worker.scale_users(users); });
  if (rate_asked_) crew_.tell_all([rate = *rate_asked_](Worker& worker) { worker.scale_rate(rate); });
  arm_second(load_began_);
}

void Coordinator::end_load(StopReason reason, std::string text, Nanoseconds grace) {
  if (closing_ || phase_ == Phase::teardown || phase_ == Phase::finished) return;
  if (!stop_asked_) {
    stop_asked_ = true;
    summary_.stop = reason;
    summary_.stop_text = text;
    tell(RunEvent::Kind::stop_requested, std::move(text));
  }
  if (phase_ == Phase::setup) return close();
  if (!load_goes_on()) return;  // preparing: all_prepared() sees it
  if (phase_ == Phase::paused) paused_total_ += clock_.resume(loop_.now());
  if (phase_ != Phase::stopping) enter(Phase::stopping);
  crew_.tell_all([grace](Worker& worker) { worker.stop(grace); });
}

void Coordinator::load_finished(unsigned worker) {
  load_over_[worker] = true;
  if (!all(load_over_) || load_ended_) return;
  load_ended_ = loop_.now();
  if (phase_ == Phase::running) enter(Phase::stopping);
  second_timer_.cancel();
  begin_teardown();
}

// ---- teardown and the end

void Coordinator::begin_teardown() {
  if (killed_ || left_[0]) return close();
  enter(Phase::teardown);
  phase_timer_.start_at(loop_.now() + plan_.teardown_timeout);
  crew_.tell(0, [data = *setup_data_](Worker& worker) { worker.teardown(data); });
}

void Coordinator::teardown_done(Result<void> result) {
  if (phase_ != Phase::teardown || closing_) return;
  if (!result) tell(RunEvent::Kind::script_error, "teardown: " + to_text(result.error()));
  close();
}

void Coordinator::phase_timed_out() {
  if (closing_) {
    for (unsigned i = 0; i < crew_.size(); ++i) {
      if (!left_[i]) give_up_on(i, fmt::format("worker {} did not end", i));
    }
  } else if (phase_ == Phase::setup) {
    fail_run(StopReason::setup_timed_out,
             {ErrorCode::timeout, fmt::format("setup took longer than {:g} s", to_seconds(plan_.setup_timeout)), {}});
  } else if (phase_ == Phase::teardown) {
    summary_.teardown_timed_out = true;
    tell(RunEvent::Kind::note, fmt::format("teardown took longer than {:g} s", to_seconds(plan_.teardown_timeout)));
    close();
  }
}

void Coordinator::close() {
  if (closing_) return;
  closing_ = true;
  second_timer_.cancel();
  phase_timer_.start_at(fabric_.threads ? loop_.now() + kClosingLimit : TimePoint::max());
  std::fill(runners_.begin(), runners_.end(), nullptr);  // from here on their threads may destroy them
  for (unsigned i = 0; i < crew_.size(); ++i) crew_.dismiss(i);
  if (all(left_)) finish();
}

void Coordinator::left(unsigned worker) {
  left_[worker] = true;
  round_.gone(worker);
  history_.gone(worker);
  if (closing_ && all(left_)) finish();
}

void Coordinator::give_up_on(unsigned worker, std::string why) {
  crew_.abandon(worker);
  runners_[worker] = nullptr;
  ++summary_.stuck_workers;
  fail_run(StopReason::worker_failed, {ErrorCode::internal, std::move(why), {}});
  left(worker);
  if (load_goes_on()) load_finished(worker);
  if (phase_ == Phase::teardown && worker == 0) close();
}

void Coordinator::finish() {
  phase_timer_.cancel();
  watch_timer_.cancel();
  crew_.disband();
  const TimePoint now = loop_.now();
  const WorkerBooks::Sums sums = books_.sums();
  summary_.finished = loop_.wall_now();
  summary_.elapsed = elapsed(now);
  summary_.dropped_iterations = sums.work.dropped;
  summary_.interrupted_iterations = sums.work.interrupted + sums.in_flight;  // those a kill did not wait for
  merge(now, true);
  judge_.finish(totals_, elapsed(now));
  tell_new_exceptions();
  tell_crossed_thresholds();
  enter(Phase::finished);
  const Snapshot last = snapshot(true);
  for (RunObserver* observer : observers_) observer->on_finish(last);
  on_done_(summary_);
}

// ---- control

Result<void> Coordinator::pause() {
  if (phase_ != Phase::running) {
    return fail(ErrorCode::invalid_argument, fmt::format("a run that is {} cannot be paused", name_of(phase_)));
  }
  clock_.pause(loop_.now());
  enter(Phase::paused);
  crew_.tell_all([](Worker& worker) { worker.pause(); });
  return {};
}

Result<void> Coordinator::resume() {
  if (phase_ != Phase::paused) {
    return fail(ErrorCode::invalid_argument, fmt::format("a run that is {} cannot be resumed", name_of(phase_)));
  }
  paused_total_ += clock_.resume(loop_.now());
  enter(Phase::running);
  crew_.tell_all([](Worker& worker) { worker.resume(); });
  return {};
}

Result<void> Coordinator::scale_users(std::uint64_t users) {
  if (auto accepted = accepts_user_scaling(plan_); !accepted) return accepted;
  users_asked_ = users;
  crew_.tell_all([users](Worker& worker) { worker.scale_users(users); });
  tell(RunEvent::Kind::note, fmt::format("scaled to {} users", users));
  return {};
}

Result<void> Coordinator::scale_rate(double per_s) {
  if (auto accepted = accepts_rate_scaling(plan_); !accepted) return accepted;
  if (!(per_s >= 0)) return fail(ErrorCode::invalid_argument, fmt::format("a rate of {:g} per second", per_s));
  rate_asked_ = per_s;
  crew_.tell_all([per_s](Worker& worker) { worker.scale_rate(per_s); });
  tell(RunEvent::Kind::note, fmt::format("scaled to {:g} arrivals per second", per_s));
  return {};
}

void Coordinator::stop(StopReason reason) { end_load(reason, std::string(name_of(reason)), plan_.stop_timeout); }

void Coordinator::kill() {
  killed_ = true;
  end_load(StopReason::interrupted, "killed", Nanoseconds{});
  if (load_goes_on()) crew_.tell_all([](Worker& worker) { worker.kill(); });
  if (phase_ == Phase::teardown) close();
}

void Coordinator::abort_asked(std::string why) {
  end_load(StopReason::aborted_by_script, std::move(why), Nanoseconds{});
}

void Coordinator::failure_marked(std::string why) {
  std::vector<std::string>& marked = summary_.marked_failed;
  if (std::find(marked.begin(), marked.end(), why) != marked.end()) return;
  tell(RunEvent::Kind::note, "marked as failed: " + why);
  marked.push_back(std::move(why));
}

void Coordinator::said(std::string line) { tell(RunEvent::Kind::script_output, std::move(line)); }

// ---- watchdog

void Coordinator::watch(TimePoint now) {
  for (unsigned i = 0; i < crew_.size(); ++i) {
    if (runners_[i] == nullptr) continue;
    switch (watchdog_.look(i, runners_[i]->script_activity(), now)) {
      case Watchdog::Finding::fine:
        break;
      case Watchdog::Finding::break_script:
        tell(RunEvent::Kind::note,
             fmt::format("a script on worker {} has run for more than {:g} s without a wait; breaking it", i,
                         to_seconds(fabric_.script_limit)));
        runners_[i]->break_script();
        break;
      case Watchdog::Finding::stuck:
        give_up_on(i, fmt::format("worker {} is stuck in a script that cannot be broken", i));
        break;
    }
  }
  if (phase_ != Phase::finished) watch_timer_.start_at(now + fabric_.script_limit / 4);
}

}  // namespace thresher::engine
