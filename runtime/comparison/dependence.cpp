#include "comparison/dependence.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace thresher::comparison {
namespace {

constexpr std::size_t kBatchesWanted = 30;

/// A quantity of one batch: how far from what was expected, and the variance that independent requests would give it.
struct Deviation {
  double value, variance;
};

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// The mean square of neighbours' differences in units of their variance: 1 for independent requests. Widened by the
/// square of Student's t over the normal's z at 97.5 % (t / z = 1 + (z^2 + 1) / (4 v) in first order), because the
/// estimate is uncertain itself: v batches' differences have some two thirds as many degrees of freedom.
std::optional<double> design_effect(const std::vector<Deviation>& batches) {
  std::vector<double> quotients;
  for (std::size_t at = 1; at < batches.size(); ++at) {
    const double expected = batches[at].variance + batches[at - 1].variance;
    const double difference = batches[at].value - batches[at - 1].value;
    if (expected > 0) quotients.push_back(difference * difference / expected);
  }
  if (quotients.size() + 1 < Dependence::kSecondsLeast) return std::nullopt;
  constexpr double kZ = 1.96;
  const double freedom = static_cast<double>(quotients.size()) * 2 / 3;
  const double widening = 1 + (kZ * kZ + 1) / (4 * freedom);
  return std::max(1.0, mean_of(quotients) * widening * widening);
}

/// Joins the deviations of a batch's seconds, each weighing by its precision.
std::vector<Deviation> batched(std::size_t seconds, std::size_t batch_size,
                               const std::function<std::optional<Deviation>(std::size_t)>& of_second) {
  std::vector<Deviation> batches;
  for (std::size_t begin = 0; begin + batch_size <= seconds; begin += batch_size) {
    double precision = 0, sum = 0;
    for (std::size_t second = begin; second < begin + batch_size; ++second) {
      const std::optional<Deviation> deviation = of_second(second);
      if (!deviation || deviation->variance <= 0) continue;
      precision += 1 / deviation->variance;
      sum += deviation->value / deviation->variance;
    }
    if (precision > 0) batches.push_back({sum / precision, 1 / precision});
  }
  return batches;
}

/// Of the percentile of n independent requests, as HdrHistogram defines it: the k-th smallest.
Deviation order_statistic(double share_below, double percentile, double n) {
  const double k = std::clamp(std::ceil(percentile / 100 * n), 1.0, n);
  return {share_below - k / (n + 1), k * (n - k + 1) / ((n + 1) * (n + 1) * (n + 2))};
}

}  // namespace

Dependence::Dependence(const Seconds& seconds, const Sample& all) {
  const std::size_t count = seconds.requests.size();
  const auto busy = std::count_if(seconds.requests.begin(), seconds.requests.end(), [](double n) { return n > 0; });
  if (busy < static_cast<std::ptrdiff_t>(kSecondsLeast) || all.count <= 0) return;
  const std::size_t batch_size = std::max<std::size_t>(1, count / kBatchesWanted);
  batches_ = static_cast<double>(count / batch_size);
  const double per_batch = all.count / batches_;

  const auto correlation = [&](const std::vector<Deviation>& batches) -> std::optional<double> {
    const std::optional<double> effect = design_effect(batches);
    if (!effect) return std::nullopt;
    return per_batch > 1 ? std::min(1.0, (*effect - 1) / (per_batch - 1)) : 0;
  };
  const auto of_percentile = [&](const std::vector<std::optional<double>>& column, double percentile) {
    return correlation(batched(count, batch_size, [&](std::size_t second) -> std::optional<Deviation> {
      if (seconds.requests[second] < 1 || !column[second]) return std::nullopt;
      return order_statistic(all.share_below(*column[second]), percentile, seconds.requests[second]);
    }));
  };
  p50_ = of_percentile(seconds.p50, 50);
  p95_ = of_percentile(seconds.p95, 95);
  p99_ = of_percentile(seconds.p99, 99);

  double failed = 0, asked = 0;
  for (std::size_t second = 0; second < count; ++second) {
    failed += seconds.failures[second];
    asked += seconds.requests[second];
  }
  const double ratio = failed / asked;
  failures_ = ratio <= 0 || ratio >= 1
                  ? std::optional(0.0)  // nothing varies
                  : correlation(batched(count, batch_size, [&](std::size_t second) -> std::optional<Deviation> {
                      const double n = seconds.requests[second];
                      if (n < 1) return std::nullopt;
                      return Deviation{seconds.failures[second] / n, ratio * (1 - ratio) / n};
                    }));

  std::vector<Deviation> counts;
  for (std::size_t begin = 0; begin + batch_size <= count; begin += batch_size) {
    double requests = 0;
    for (std::size_t second = begin; second < begin + batch_size; ++second) requests += seconds.requests[second];
    counts.push_back({requests, per_batch});
  }
  rate_ = design_effect(counts).value_or(kAssumed);
}

double Dependence::effect(const std::optional<double>& correlation, double requests) const {
  if (!measured() || !correlation) return kAssumed;
  return 1 + std::max(0.0, requests / batches_ - 1) * *correlation;
}

double Dependence::of_times(double percentile, double requests) const {
  return effect(percentile < 90 ? p50_ : percentile < 98 ? p95_ : p99_, requests);
}

double Dependence::of_failures(double requests) const { return effect(failures_, requests); }

double Dependence::of_rate() const { return rate_; }

}  // namespace thresher::comparison
