#include "unit/comparison/runs.h"

#include <algorithm>
#include <cmath>

namespace thresher::comparison {
namespace {

MeasuredEndpoint endpoint(std::string method, std::string name, const metrics::Histogram& durations,
                          std::uint64_t failures, double seconds) {
  const auto percentile = [&](double of) { return static_cast<double>(durations.value_at_percentile(of)) / 1000; };
  return {.method = std::move(method),
          .name = std::move(name),
          .figures = {.requests = durations.count(),
                      .failures = failures,
                      .rate_per_s = static_cast<double>(durations.count()) / seconds,
                      .mean_ms = durations.mean() / 1000,
                      .p50_ms = percentile(50),
                      .p95_ms = percentile(95),
                      .p99_ms = percentile(99),
                      .max_ms = static_cast<double>(durations.max()) / 1000},
          .durations = durations};
}

}  // namespace

MeasuredRun made_up(const MadeUp& how) {
  RandomStream random(11, StreamPurpose::run, how.number);
  metrics::Histogram all;
  std::uint64_t failures_all = 0;
  MeasuredRun run{.label = "run-" + std::to_string(how.number), .open_model = false, .users = 10};
  for (int second = 0; second < how.seconds; ++second) {
    const double weather = how.weather > 0 ? std::exp(random.normal(0, how.weather)) : 1;
    metrics::Histogram here;
    std::uint64_t failures = 0;
    for (int request = 0; request < how.per_second; ++request) {
      double time = 10'000 * how.factor * weather * std::exp(random.normal(0, 0.5));
      if (how.tail_share > 0 && random.uniform() < how.tail_share) time *= how.tail_factor;
      here.record(static_cast<std::int64_t>(time));
      if (how.failure_ratio > 0 && random.uniform() < how.failure_ratio) ++failures;
    }
    all.merge(here);
    failures_all += failures;
    if (!how.tells_seconds) continue;
    run.seconds.requests.push_back(how.per_second);
    run.seconds.failures.push_back(static_cast<double>(failures));
    run.seconds.p50.emplace_back(static_cast<double>(here.value_at_percentile(50)));
    run.seconds.p95.emplace_back(static_cast<double>(here.value_at_percentile(95)));
    run.seconds.p99.emplace_back(static_cast<double>(here.value_at_percentile(99)));
  }
  run.endpoints = {endpoint("GET", "/x", all, failures_all, how.seconds),
                   endpoint("", std::string(kAggregated), all, failures_all, how.seconds)};
  return run;
}

metrics::Histogram histogram_of(const std::vector<std::int64_t>& values, std::uint64_t count) {
  metrics::Histogram histogram;
  for (const std::int64_t value : values) histogram.record(value, count);
  return histogram;
}

}  // namespace thresher::comparison
