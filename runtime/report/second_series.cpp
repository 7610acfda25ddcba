#include "report/second_series.h"

#include <cmath>

namespace thresher::report {

void SecondSeries::add(const engine::Snapshot& snapshot) {
  const auto last = [&snapshot](const char* metric) { return snapshot.totals->aggregate(metric, {}, true); };
  const auto counted = [&last](const char* metric) {
    return static_cast<std::uint64_t>(std::llround(last(metric).counter.sum));
  };
  elapsed_s.push_back(to_seconds(snapshot.elapsed));
  users.push_back(snapshot.users);
  in_flight.push_back(snapshot.in_flight);
  requests.push_back(counted("http_reqs"));
  failures.push_back(last("http_req_failed").rate.passes);
  iterations.push_back(counted("iterations"));
  dropped.push_back(counted("dropped_iterations"));
  const metrics::Histogram duration = last("http_req_duration").trend;
  const auto percentile = [&duration](double of) -> std::optional<double> {
    if (duration.count() == 0) return std::nullopt;
    return static_cast<double>(duration.value_at_percentile(of)) / 1000;
  };
  p50_ms.push_back(percentile(50));
  p95_ms.push_back(percentile(95));
  p99_ms.push_back(percentile(99));
}

}  // namespace thresher::report
