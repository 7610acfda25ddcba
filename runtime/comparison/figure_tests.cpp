#include "comparison/figure_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "comparison/distributions.h"
#include "comparison/proportions.h"

namespace thresher::comparison {
namespace {

constexpr double kBulkLeast = 20, kBeyondLeast = 10;

double requests_of(const EndpointSide& side) { return static_cast<double>(side.endpoint->figures.requests); }

/// Less one: from a ratio to a change.
Estimate less_one(const Estimate& ratio) { return {ratio.value - 1, ratio.low - 1, ratio.high - 1}; }

/// Both distributions, and enough of them; else the reason why not, in `verdict`.
bool can_test(FigureVerdict& verdict, const EndpointSide& first, const EndpointSide& second,
              const DesignEffects& effects, double least) {
  for (const EndpointSide* side : {&first, &second}) {
    if (side->sample == nullptr) {
      verdict.reason = fmt::format("{} has no distribution of it", side->run->label);
      return false;
    }
    if (side->sample->count == 0) {
      verdict.reason = fmt::format("{} observed none", side->run->label);
      return false;
    }
  }
  const double worth = std::min(first.sample->count / effects.first, second.sample->count / effects.second);
  if (worth >= least) return true;
  verdict.word = Word::undecided;
  verdict.reason = fmt::format("too few: worth {:.0f} requests, {:.0f} needed", std::floor(worth), least);
  return false;
}

}  // namespace

DesignEffects EndpointSide::effects_with(const EndpointSide& second, double percentile) const {
  return {dependence->of_times(percentile, requests_of(*this)),
          second.dependence->of_times(percentile, requests_of(second))};
}

FigureVerdict test_bulk(const EndpointSide& first, const EndpointSide& second, const Settings& settings) {
  FigureVerdict verdict{
      .figure = Figure::bulk, .first = first.endpoint->figures.p50_ms, .second = second.endpoint->figures.p50_ms};
  const DesignEffects effects = first.effects_with(second, 50);
  if (!can_test(verdict, first, second, effects, kBulkLeast)) return verdict;
  verdict.change = less_one(PercentileChange(*first.sample, *second.sample, 50, effects).interval(settings.confidence));
  verdict.p_worse = normal_above(rank_test(*first.sample, *second.sample, 1 + settings.margin, effects).z);
  verdict.p_better = normal_above(-rank_test(*first.sample, *second.sample, 1 - settings.margin, effects).z);
  return verdict;
}

FigureVerdict test_percentile(Figure figure, const EndpointSide& first, const EndpointSide& second,
                              const Settings& settings) {
  const bool is_p95 = figure == Figure::p95;
  const double percentile = is_p95 ? 95 : 99;
  FigureVerdict verdict{.figure = figure,
                        .first = is_p95 ? first.endpoint->figures.p95_ms : first.endpoint->figures.p99_ms,
                        .second = is_p95 ? second.endpoint->figures.p95_ms : second.endpoint->figures.p99_ms};
  const DesignEffects effects = first.effects_with(second, percentile);
  if (!can_test(verdict, first, second, effects, kBeyondLeast / (1 - percentile / 100))) return verdict;
  const PercentileChange change(*first.sample, *second.sample, percentile, effects);
  verdict.change = less_one(change.interval(settings.confidence));
  verdict.p_worse = change.at_most(1 + settings.margin);
  verdict.p_better = change.at_least(1 - settings.margin);
  return verdict;
}

FigureVerdict test_failures(const EndpointSide& first, const EndpointSide& second, const Settings& settings) {
  FigureVerdict verdict{.figure = Figure::failures};
  if (requests_of(first) == 0 || requests_of(second) == 0) {
    verdict.reason = "a side made no request";
    return verdict;
  }
  const auto proportion = [](const EndpointSide& side) {
    const double requests = requests_of(side), effect = side.dependence->of_failures(requests);
    return Proportion{static_cast<double>(side.endpoint->figures.failures) / effect, requests / effect};
  };
  const Proportion one = proportion(first), other = proportion(second);
  verdict.first = one.ratio();
  verdict.second = other.ratio();
  verdict.change = newcombe_interval(one, other, normal_quantile((1 + settings.confidence) / 2));
  verdict.p_worse = p_of_more_than(one, other, settings.failure_margin);
  verdict.p_better = p_of_less_than(one, other, -settings.failure_margin);
  return verdict;
}

FigureVerdict test_rate(const EndpointSide& first, const EndpointSide& second, const Settings& settings) {
  FigureVerdict verdict{.figure = Figure::rate,
                        .word = Word::named,
                        .first = first.endpoint->figures.rate_per_s,
                        .second = second.endpoint->figures.rate_per_s};
  if (*verdict.first <= 0 || *verdict.second <= 0) return verdict;
  const double ratio = *verdict.second / *verdict.first;
  verdict.change = Estimate{ratio - 1, ratio - 1, ratio - 1};
  const auto name_only = [&verdict](const char* why) {
    verdict.reason = why;
    return verdict;
  };
  if (first.endpoint->name != kAggregated || !first.endpoint->method.empty())
    return name_only("follows the scenario's choice of tasks");
  if (!first.run->open_model || !second.run->open_model) return name_only("the load's model is not known");
  if (*first.run->open_model || *second.run->open_model) return name_only("an open model's rate is its schedule's");
  if (!first.run->users || first.run->users != second.run->users) return name_only("the users differ");
  if (!first.dependence->measured() || !second.dependence->measured()) return name_only("the runs are too short");
  const double error =
      std::sqrt(first.dependence->of_rate() / requests_of(first) + second.dependence->of_rate() / requests_of(second));
  const double reach = std::exp(normal_quantile((1 + settings.confidence) / 2) * error);
  verdict.change = Estimate{ratio - 1, ratio / reach - 1, ratio * reach - 1};
  verdict.p_worse = normal_above((std::log1p(-settings.margin) - std::log(ratio)) / error);
  verdict.p_better = normal_above((std::log(ratio) - std::log1p(settings.margin)) / error);
  return verdict;
}

}  // namespace thresher::comparison
