#include "metrics/threshold.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace thresher::metrics {
namespace {

double observe(const ThresholdExpression& expression, const Aggregate& seen, Nanoseconds over) {
  using enum ThresholdExpression::Aggregation;
  const auto units = [](double steps) { return steps / Trend::kStepsPerUnit; };
  const auto at = [&](double p) { return units(static_cast<double>(seen.trend.value_at_percentile(p))); };
  switch (expression.aggregation) {
    case count:
      return seen.counter.sum;
    case rate:
      if (seen.metric.kind == MetricKind::counter)
        return over > Nanoseconds{} ? seen.counter.sum / to_seconds(over) : 0;
      return static_cast<double>(seen.rate.passes) / static_cast<double>(seen.rate.total);
    case value:
      return seen.gauge.value;
    case avg:
      return units(seen.trend.mean());
    case min:
      return units(static_cast<double>(seen.trend.min()));
    case max:
      return units(static_cast<double>(seen.trend.max()));
    case med:
      return at(50);
    case percentile:
      break;
  }
  return at(expression.percentile);
}

bool has_data(const Threshold& threshold, const Aggregate& seen) {
  if (seen.series == 0) return false;
  const bool zero_counts = seen.metric.kind == MetricKind::counter;
  return seen.samples() >= std::max<std::uint64_t>(threshold.min_samples, zero_counts ? 0 : 1);
}

}  // namespace

ThresholdJudge::ThresholdJudge(std::vector<Threshold> thresholds)
    : thresholds_(std::move(thresholds)), windows_(thresholds_.size()) {
  for (const Threshold& threshold : thresholds_) verdicts_.push_back({.threshold = &threshold});
}

void ThresholdJudge::go_on_from(const std::vector<ThresholdProgress>& earlier, Nanoseconds elapsed) {
  assert(earlier.size() == verdicts_.size());
  judged_until_ = elapsed;
  for (std::size_t i = 0; i < verdicts_.size(); ++i) {
    windows_[i].began = elapsed;
    if (earlier[i].windows == 0) continue;
    ThresholdVerdict& verdict = verdicts_[i];
    verdict.observed = earlier[i].observed;
    verdict.samples = earlier[i].samples;
    verdict.windows = earlier[i].windows;
    verdict.windows_failed = earlier[i].windows_failed;
    verdict.state = verdict.windows_failed == 0 ? ThresholdState::pass : ThresholdState::fail;
  }
}

std::vector<ThresholdProgress> ThresholdJudge::progress() const {
  std::vector<ThresholdProgress> all;
  for (const ThresholdVerdict& verdict : verdicts_)
    all.push_back({verdict.observed, verdict.samples, verdict.windows, verdict.windows_failed});
  return all;
}

void ThresholdJudge::second_passed(const Totals& totals, Nanoseconds elapsed) {
  const Nanoseconds step = elapsed - std::exchange(judged_until_, elapsed);
  second_judged_ = totals.second();
  for (std::size_t i = 0; i < thresholds_.size(); ++i) {
    const Threshold& threshold = thresholds_[i];
    ThresholdVerdict& verdict = verdicts_[i];
    const Aggregate seen =
        totals.aggregate(threshold.selector.metric, threshold.selector.filter, threshold.window.has_value());
    if (threshold.window) {
      windows_[i].gathered.merge(seen);
      // Ticks jitter around the second: a window closes at the tick nearest to its end.
      if (elapsed - windows_[i].began + step / 2 >= *threshold.window) close_window(i, elapsed);
    } else if (has_data(threshold, seen)) {
      verdict.observed = observe(threshold.expression, seen, elapsed);
      verdict.samples = seen.samples();
      verdict.state = threshold.expression.holds(verdict.observed) ? ThresholdState::pass : ThresholdState::fail;
    } else {
      verdict.samples = seen.samples();
    }
    if (verdict.state == ThresholdState::fail && threshold.abort_on_fail && elapsed >= threshold.delay) {
      verdict.crossed_abort = true;
    }
  }
}

void ThresholdJudge::close_window(std::size_t index, Nanoseconds elapsed) {
  const Threshold& threshold = thresholds_[index];
  ThresholdVerdict& verdict = verdicts_[index];
  const Window window = std::exchange(windows_[index], Window{{}, elapsed});
  if (!has_data(threshold, window.gathered)) return;
  const double observed = observe(threshold.expression, window.gathered, elapsed - window.began);
  const bool holds = threshold.expression.holds(observed);
  ++verdict.windows;
  verdict.windows_failed += holds ? 0 : 1;
  verdict.state = verdict.windows_failed == 0 ? ThresholdState::pass : ThresholdState::fail;
  if (holds && verdict.windows_failed > 0) return;  // the verdict goes on showing the window that failed
  verdict.observed = observed;
  verdict.samples = window.gathered.samples();
}

void ThresholdJudge::finish(const Totals& totals, Nanoseconds elapsed) {
  if (totals.second() != second_judged_) second_passed(totals, elapsed);
  for (std::size_t i = 0; i < thresholds_.size(); ++i) {
    if (!thresholds_[i].window || elapsed <= windows_[i].began) continue;
    if (thresholds_[i].expression.aggregation == ThresholdExpression::Aggregation::count) continue;
    close_window(i, elapsed);
  }
}

bool ThresholdJudge::must_abort() const {
  return std::any_of(verdicts_.begin(), verdicts_.end(), [](const ThresholdVerdict& v) { return v.crossed_abort; });
}

}  // namespace thresher::metrics
