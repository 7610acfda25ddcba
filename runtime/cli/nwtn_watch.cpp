#include "cli/nwtn_watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "metrics/series.h"
#include "report/series_of.h"

namespace thresher::cli {
namespace {

// What scripts/nwtn_pipeline.lua records.
constexpr const char* kSessionTime = "nwtn_session_time";
constexpr const char* kSuccess = "nwtn_session_success";
constexpr const char* kErrors = "nwtn_session_errors";
constexpr const char* kAgentTime = "nwtn_agent_time";
constexpr const char* kRefusals = "nwtn_breaker_refusals";
constexpr const char* kActivations = "nwtn_breaker_activations";

/// How much of the ramp's end may pass before the last users have begun: two looks.
constexpr Nanoseconds kRampSlack = std::chrono::seconds(2);

NwtnSpread spread_of(const metrics::Histogram& times) {
  const auto percentile = [&times](double of) {
    return static_cast<double>(times.value_at_percentile(of)) / metrics::Trend::kStepsPerUnit;
  };
  return {.average_ms = times.mean() / metrics::Trend::kStepsPerUnit,
          .p50_ms = percentile(50),
          .p95_ms = percentile(95),
          .p99_ms = percentile(99),
          .max_ms = static_cast<double>(times.max()) / metrics::Trend::kStepsPerUnit,
          .count = times.count()};
}

/// The series of a trend merged by one of their tags.
std::map<std::string, NwtnSpread> spreads_by(const metrics::Totals& totals, const char* metric, const char* tag) {
  std::map<std::string, metrics::Histogram> merged;
  report::for_each_series(totals, metric, [&](const metrics::Series& series) {
    if (series.trend.count() > 0) merged[std::string(series.tag(tag))].merge(series.trend);
  });
  std::map<std::string, NwtnSpread> spreads;
  for (const auto& [name, times] : merged) spreads[name] = spread_of(times);
  return spreads;
}

std::vector<NwtnFailure> failures_of(const metrics::Totals& totals) {
  std::map<std::string, NwtnFailure> by_reason;
  report::for_each_series(totals, kErrors, [&](const metrics::Series& series) {
    if (series.counter.count == 0) return;
    const std::string why(series.tag("why"));
    NwtnFailure& failure = by_reason[why];
    const bool first = failure.count == 0;
    failure.why = why;
    failure.count += series.counter.count;
    failure.by_complexity[std::string(series.tag("task"))] += series.counter.count;
    failure.first_seen = first ? series.first_seen : std::min(failure.first_seen, series.first_seen);
    failure.last_seen = std::max(failure.last_seen, series.last_seen);
  });
  std::vector<NwtnFailure> failures;
  for (auto& [why, failure] : by_reason) failures.push_back(std::move(failure));
  std::stable_sort(failures.begin(), failures.end(),
                   [](const NwtnFailure& a, const NwtnFailure& b) { return a.count > b.count; });
  return failures;
}

}  // namespace

NwtnPhase NwtnShape::phase_at(Nanoseconds elapsed) const {
  return elapsed <= ramp_up            ? NwtnPhase::ramp_up
         : elapsed <= ramp_up + steady ? NwtnPhase::steady
                                       : NwtnPhase::ramp_down;
}

NwtnWatch::NwtnWatch(NwtnShape shape, bool with_machine) : shape_(shape) {
  if (with_machine) sampler_.emplace();
}

void NwtnWatch::on_second(const engine::Snapshot& snapshot) {
  const auto of_second = [&](const char* metric) { return snapshot.totals->aggregate(metric, {}, true); };
  const metrics::Rate success = of_second(kSuccess).rate;
  NwtnSecond second{.elapsed = snapshot.elapsed,
                    .wall = snapshot.wall,
                    .phase = shape_.phase_at(snapshot.elapsed),
                    .users = snapshot.users,
                    .sessions = success.total,
                    .failed = success.total - success.passes,
                    .latency = spread_of(of_second(kSessionTime).trend),
                    .machine = {}};
  if (sampler_) second.machine = sampler_->sample(TimePoint{snapshot.elapsed});
  if (second.phase == NwtnPhase::steady && snapshot.elapsed > shape_.ramp_up + kRampSlack)
    figures_.users_sustained = std::min(figures_.users_sustained.value_or(second.users), second.users);
  if (snapshot.elapsed <= shape_.ramp_up + kRampSlack) figures_.ramped_up |= second.users >= shape_.users;
  const Nanoseconds over =
      figures_.seconds.empty() ? snapshot.elapsed : snapshot.elapsed - figures_.seconds.back().elapsed;
  if (over.count() > 0)
    figures_.peak_per_s = std::max(figures_.peak_per_s, static_cast<double>(second.sessions) / to_seconds(over));
  figures_.users_most = std::max(figures_.users_most, second.users);
  watch_breaker(*snapshot.totals);
  figures_.seconds.push_back(std::move(second));
}

void NwtnWatch::watch_breaker(const metrics::Totals& totals) {
  const bool refusing = totals.aggregate(kRefusals, {}, true).counter.count > 0;
  if (refusing && !refusing_) ++figures_.breaker_episodes;
  refusing_ = refusing;
}

void NwtnWatch::on_finish(const engine::Snapshot& snapshot) {
  const metrics::Totals& totals = *snapshot.totals;
  watch_breaker(totals);
  const metrics::Rate success = totals.aggregate(kSuccess).rate;
  figures_.sessions = success.total;
  figures_.succeeded = success.passes;
  figures_.latency = spread_of(totals.aggregate(kSessionTime).trend);
  figures_.by_complexity = spreads_by(totals, kSessionTime, "task");
  figures_.agents = spreads_by(totals, kAgentTime, "agent");
  figures_.failures = failures_of(totals);
  figures_.elapsed = snapshot.elapsed;
  const metrics::Counter activations = totals.aggregate(kActivations).counter;
  if (activations.count > 0) figures_.breaker_activations = static_cast<std::uint64_t>(std::llround(activations.sum));
  for (const metrics::ExceptionCount& each : totals.exceptions()) figures_.script_errors += each.count;
}

std::vector<MachineSample> NwtnWatch::machine() const {
  std::vector<MachineSample> samples;
  for (const NwtnSecond& second : figures_.seconds)
    if (second.machine) samples.push_back(*second.machine);
  return samples;
}

}  // namespace thresher::cli
