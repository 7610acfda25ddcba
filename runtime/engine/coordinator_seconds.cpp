// The seconds of a run: readings in, totals, verdicts and snapshots out.

#include <fmt/format.h>

#include <algorithm>

#include "engine/coordinator.h"
#include "engine/shape.h"

namespace thresher::engine {

Nanoseconds Coordinator::elapsed(TimePoint now) const {
  const Nanoseconds before = earlier() != nullptr ? earlier()->elapsed : Nanoseconds{};
  if (load_began_ == TimePoint{}) return before;  // load has not begun, or never will
  return before + std::max(load_ended_.value_or(now) - load_began_, Nanoseconds{});
}

Nanoseconds Coordinator::process_cpu() const {
  if (!fabric_.process_cpu) return {};
  const Nanoseconds before = earlier() != nullptr ? earlier()->process_cpu : Nanoseconds{};
  return before + fabric_.process_cpu() - process_cpu_at_start_;
}

std::vector<std::uint64_t> Coordinator::late_seconds() const {
  std::vector<std::uint64_t> late = round_.late();
  if (earlier() == nullptr) return late;
  for (std::size_t i = 0; i < std::min(late.size(), earlier()->late_seconds.size()); ++i)
    late[i] += earlier()->late_seconds[i];
  return late;
}

std::optional<Progress> Coordinator::progress() const {
  if (!load_goes_on() || load_ended_) return std::nullopt;
  const TimePoint now = loop_.now();
  Progress progress{.started = summary_.started,
                    .taken = loop_.wall_now(),
                    .offset = clock_.offset(now),
                    .elapsed = elapsed(now),
                    .users_most = users_most_,
                    .users_asked = users_asked_,
                    .rate_asked = rate_asked_,
                    .setup_data = *setup_data_,
                    .marked_failed = summary_.marked_failed,
                    .process_cpu = process_cpu(),
                    .late_seconds = late_seconds(),
                    .thresholds = judge_.progress()};
  if (earlier() != nullptr) progress.gaps = earlier()->gaps;
  books_.note_in(progress);
  return progress;
}

/// The next multiple of the interval after the start of load: a late second does not push the following ones.
void Coordinator::arm_second(TimePoint now) {
  const auto gone = std::max(now - load_began_, Nanoseconds{}) / options_.snapshot_interval;
  second_timer_.start_at(load_began_ + (gone + 1) * options_.snapshot_interval);
}

void Coordinator::second_due(TimePoint now) {
  if (round_.open()) close_second();  // whoever has not answered is late
  arm_second(now);
  if (phase_ == Phase::running && clock_.offset(now) >= shape_length(plan_)) enter(Phase::stopping);
  for (const unsigned worker : round_.begin()) crew_.tell(worker, [](Worker& w) { w.send_reading(); });
}

void Coordinator::read(std::shared_ptr<WorkerReading> reading) {
  books_.note(*reading);
  round_.add(std::move(reading));
  if (load_goes_on() && !closing_ && round_.open() && round_.complete()) close_second();
}

void Coordinator::close_second() {
  const TimePoint now = loop_.now();
  merge(now, false);
  judge_.second_passed(totals_, elapsed(now));
  tell_new_exceptions();
  tell_crossed_thresholds();
  const Snapshot second = snapshot(false);
  for (RunObserver* observer : observers_) observer->on_second(second);
  if (!judge_.must_abort()) return;
  const auto& verdicts = judge_.verdicts();
  const auto crossed = std::find_if(verdicts.begin(), verdicts.end(), [](const auto& v) { return v.crossed_abort; });
  const metrics::Threshold& threshold = *crossed->threshold;
  end_load(StopReason::aborted_by_threshold,
           fmt::format("threshold {}: {} failed", threshold.selector.text, threshold.expression.text), Nanoseconds{});
}

void Coordinator::merge(TimePoint now, bool last) {
  totals_.begin_second(now, loop_.wall_now());
  for (const auto& reading : round_.take()) {
    history_.add(reading->worker, std::move(reading->history), reading->delta.taken);
    totals_.add(std::move(reading->delta));
  }
  const std::vector<HistoryEntry> settled = history_.take(last);
  const HistoryPart part{.entries = settled, .now = now, .ended = last ? &summary_ : nullptr};
  for (RunObserver* observer : observers_) observer->on_history(part);
  const std::uint64_t users = books_.sums().users;
  users_most_ = std::max(users_most_, users);
  vus_.set(static_cast<double>(users));
  vus_max_.set(static_cast<double>(users_most_));
  totals_.add(recorder_->take(now));
  if (phase_ != Phase::paused) books_.second_passed(now);
}

void Coordinator::tell_new_exceptions() {
  for (const metrics::ExceptionCount& exception : totals_.exceptions()) {
    if (!exceptions_told_.insert(exception.message).second) continue;
    tell(RunEvent::Kind::script_error,
         exception.traceback.empty() ? exception.message : exception.message + "\n" + exception.traceback);
  }
}

void Coordinator::tell_crossed_thresholds() {
  const auto& verdicts = judge_.verdicts();
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const metrics::ThresholdVerdict& verdict = verdicts[i];
    const bool newly = verdict.state == metrics::ThresholdState::fail && threshold_states_[i] != verdict.state;
    threshold_states_[i] = verdict.state;
    if (!newly) continue;
    tell(RunEvent::Kind::threshold_crossed, fmt::format("{}: {} failed at {:g}", verdict.threshold->selector.text,
                                                        verdict.threshold->expression.text, verdict.observed));
  }
}

Snapshot Coordinator::snapshot(bool last) {
  const TimePoint now = loop_.now();
  const WorkerBooks::Sums sums = books_.sums();
  const Nanoseconds length = shape_length(plan_);
  const Nanoseconds offset = load_goes_on() ? clock_.offset(now) : length;
  Snapshot snapshot{.phase = phase_,
                    .wall = loop_.wall_now(),
                    .elapsed = elapsed(now),
                    .planned = length == Nanoseconds::max() ? Nanoseconds{} : length + paused_total_,
                    .users = sums.users,
                    .users_most = users_most_,
                    .in_flight = sums.in_flight,
                    .totals = &totals_,
                    .thresholds = &judge_.verdicts(),
                    .validity = judge(last),
                    .workers = books_.workers(round_.late())};
  if (last || phase_ == Phase::stopping) return snapshot;  // nothing is wanted any more
  if (is_open_model(plan_.executor)) {
    snapshot.rate_planned = rate_asked_.value_or(pacing::ArrivalSchedule{rate_stages(plan_), false, 0}.rate_at(offset));
  } else {
    snapshot.users_planned = users_asked_.value_or(pacing::UserSchedule{user_stages(plan_)}.users_at(offset));
  }
  return snapshot;
}

Validity Coordinator::judge(bool last) const {
  ValidityInput input = books_.validity_input(totals_, elapsed(loop_.now()), process_cpu());
  input.open_model = is_open_model(plan_.executor);
  input.late_seconds = late_seconds();
  if (earlier() != nullptr) input.gaps = earlier()->gaps;
  input.stuck_workers = summary_.stuck_workers;
  if (last) books_.add_stall(totals_, input);
  return judge_validity(input);
}

}  // namespace thresher::engine
