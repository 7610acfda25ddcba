#include "store/run_figures.h"

#include <cmath>

namespace thresher::store {
namespace {

std::uint64_t count_of(const metrics::Totals& totals, std::string_view metric) {
  return static_cast<std::uint64_t>(std::llround(totals.aggregate(metric).counter.sum));
}

}  // namespace

RunFigures figures_of(const engine::Snapshot& snapshot) {
  RunFigures figures;
  if (snapshot.totals == nullptr) return figures;
  const metrics::Totals& totals = *snapshot.totals;
  figures.requests = count_of(totals, "http_reqs");
  figures.requests_failed = totals.aggregate("http_req_failed").rate.passes;  // a "pass" of this rate is a failure
  figures.iterations = count_of(totals, "iterations");
  figures.iterations_dropped = count_of(totals, "dropped_iterations");
  figures.oracle_violations = count_of(totals, "oracle_violations");
  if (snapshot.elapsed.count() > 0)
    figures.rate_per_s = static_cast<double>(figures.requests) / to_seconds(snapshot.elapsed);
  if (figures.requests > 0)
    figures.completion_rate =
        1.0 - static_cast<double>(figures.requests_failed) / static_cast<double>(figures.requests);

  const metrics::Histogram latency = totals.aggregate("http_req_duration").trend;  // microseconds
  if (latency.count() == 0) return figures;
  const auto at = [&latency](double percentile) -> Nanoseconds {
    return std::chrono::microseconds(latency.value_at_percentile(percentile));
  };
  figures.latency_mean = Nanoseconds(std::llround(latency.mean() * 1000));
  figures.latency_p50 = at(50);
  figures.latency_p95 = at(95);
  figures.latency_p99 = at(99);
  figures.latency_max = std::chrono::microseconds(latency.max());
  return figures;
}

std::string_view status_of(const engine::RunSummary& summary, int exit_code) {
  switch (summary.stop) {
    case engine::StopReason::setup_failed:
    case engine::StopReason::setup_timed_out:
    case engine::StopReason::worker_failed:
      return status::kFailed;
    case engine::StopReason::interrupted:
    case engine::StopReason::aborted_by_script:
      return status::kInterrupted;
    case engine::StopReason::completed:
    case engine::StopReason::aborted_by_threshold:
    case engine::StopReason::externally_stopped:
      break;
  }
  return exit_code == 0 ? status::kCompleted : status::kCompletedWithFailures;
}

}  // namespace thresher::store
