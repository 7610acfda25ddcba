#include "store/regression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::store {
namespace {

constexpr double kCompletionDropLast = 0.05;
constexpr double kCompletionDropMean = 0.1;
constexpr double kLatencyRiseMs = 200;
constexpr double kDurationRise = 0.2;
constexpr std::size_t kMeanOf = 3;
/// 0.95 - 0.90 is a little less than 0.05 in binary; what a person reads as the limit counts as the limit.
constexpr double kRounding = 1e-9;

using State = Regression::State;

Regression::Check unjudged(const char* name, std::string_view what, bool baseline) {
  return {name, baseline ? State::no_data : State::no_baseline,
          fmt::format("{}: {}", what,
                      baseline ? "not observed in all of the runs" : "not enough comparable runs before this one")};
}

std::string change_in_points(double drop) {
  if (std::abs(drop) < kRounding) return "unchanged";
  return fmt::format("{} by {:.1f} points", drop > 0 ? "fell" : "rose", 100 * std::abs(drop));
}

Regression::Check completion_check(const char* name, std::optional<double> now, std::optional<double> before,
                                   bool baseline, double limit, std::string_view whose) {
  if (!baseline || !now || !before) return unjudged(name, fmt::format("completion rate {}", whose), baseline);
  const double drop = *before - *now;
  return {name, drop >= limit - kRounding ? State::fail : State::pass,
          fmt::format("completion rate {:.1f} %, {:.1f} % {}: {}, limit {:g}", 100 * *now, 100 * *before, whose,
                      change_in_points(drop), 100 * limit)};
}

Regression::Check latency_check(std::optional<Nanoseconds> now, std::optional<Nanoseconds> before, bool baseline) {
  constexpr const char* kName = "latency_mean_last";
  if (!baseline || !now || !before) return unjudged(kName, "mean latency in the last run", baseline);
  const double rise = to_milliseconds(*now - *before);
  return {kName, rise >= kLatencyRiseMs - kRounding ? State::fail : State::pass,
          fmt::format("mean latency {:.1f} ms, {:.1f} ms in the last run: {:+.1f} ms, limit +{:g} ms",
                      to_milliseconds(*now), to_milliseconds(*before), rise, kLatencyRiseMs)};
}

Regression::Check duration_check(std::optional<Nanoseconds> now, std::optional<Nanoseconds> before, bool baseline) {
  constexpr const char* kName = "duration_last";
  if (!baseline || !now || !before || before->count() <= 0)
    return unjudged(kName, "duration in the last run", baseline);
  const double rise = to_seconds(*now) / to_seconds(*before) - 1;
  return {kName, rise >= kDurationRise - kRounding ? State::issue : State::pass,
          fmt::format("duration {:.1f} s, {:.1f} s in the last run: {:+.1f} %, limit +{:g} %", to_seconds(*now),
                      to_seconds(*before), 100 * rise, 100 * kDurationRise)};
}

/// Absent unless each of the three observed it: a mean of fewer would be another figure under the same name.
std::optional<double> mean_completion(std::span<const RegressionFigures> runs) {
  double sum = 0;
  for (const RegressionFigures& run : runs) {
    if (!run.completion_rate) return std::nullopt;
    sum += *run.completion_rate;
  }
  return runs.empty() ? std::nullopt : std::optional(sum / static_cast<double>(runs.size()));
}

State verdict_of(const std::vector<Regression::Check>& checks, bool baseline) {
  const auto any = [&checks](auto... states) {
    return std::any_of(checks.begin(), checks.end(),
                       [&](const Regression::Check& check) { return ((check.state == states) || ...); });
  };
  if (any(State::fail)) return State::fail;
  if (!baseline) return State::no_baseline;
  return any(State::pass, State::issue) ? State::pass : State::no_data;
}

}  // namespace

std::string_view name_of(Regression::State state) {
  switch (state) {
    case State::pass:
      return "PASS";
    case State::issue:
      return "ISSUE";
    case State::fail:
      return "FAIL";
    case State::no_baseline:
      return "NO_BASELINE";
    case State::no_data:
      return "NO_DATA";
  }
  return "?";
}

RegressionFigures regression_figures_of(const RunRecord& run) {
  return {run.end.figures.completion_rate, run.end.figures.latency_mean, run.end.duration};
}

Regression judge_regression(const RegressionFigures& current, std::span<const RegressionFigures> earlier) {
  const bool one = !earlier.empty(), three = earlier.size() >= kMeanOf;
  const RegressionFigures last = one ? earlier.front() : RegressionFigures{};
  Regression regression;
  regression.checks = {completion_check("completion_rate_last", current.completion_rate, last.completion_rate, one,
                                        kCompletionDropLast, "in the last run"),
                       latency_check(current.latency_mean, last.latency_mean, one),
                       completion_check("completion_rate_mean", current.completion_rate,
                                        three ? mean_completion(earlier.first(kMeanOf)) : std::nullopt, three,
                                        kCompletionDropMean, "on average of the last three"),
                       duration_check(current.duration, last.duration, one)};
  regression.verdict = verdict_of(regression.checks, one);
  return regression;
}

Regression judge_regression(const RunRecord& run, std::span<const RunRecord> earlier) {
  std::vector<RegressionFigures> figures;
  for (const RunRecord& each : earlier) figures.push_back(regression_figures_of(each));
  return judge_regression(run.whole() ? regression_figures_of(run) : RegressionFigures{}, figures);
}

}  // namespace thresher::store
