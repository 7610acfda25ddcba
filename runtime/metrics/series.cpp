#include "metrics/series.h"

#include <algorithm>
#include <cmath>

namespace thresher::metrics {

const std::vector<MetricInfo>& builtin_metrics() {
  using enum MetricKind;
  using enum Contains;
  static const std::vector<MetricInfo> metrics = {
      // k6's, with its kinds and contents (grafana.com/docs/k6, "Built-in metrics")
      {"http_reqs", counter, plain},
      {"http_req_duration", trend, time},
      {"http_req_blocked", trend, time},
      {"http_req_connecting", trend, time},
      {"http_req_tls_handshaking", trend, time},
      {"http_req_sending", trend, time},
      {"http_req_waiting", trend, time},
      {"http_req_receiving", trend, time},
      {"http_req_failed", rate, plain},
      {"iterations", counter, plain},
      {"iteration_duration", trend, time},
      {"dropped_iterations", counter, plain},
      {"vus", gauge, plain},
      {"vus_max", gauge, plain},
      {"checks", rate, plain},
      {"data_sent", counter, data},
      {"data_received", counter, data},
      {"group_duration", trend, time},
      // ours
      {"iteration_response_time", trend, time},
      {"iteration_lateness", trend, time},
      {"oracle_violations", counter, plain},
      {"loop_lag", trend, time},
      {"sse_events", counter, plain},
      {"time_to_first_event", trend, time},
      {"inter_event_gap", trend, time},
      {"time_to_first_token", trend, time},
      {"inter_token_latency", trend, time},
      {"tokens_per_second", trend, plain},
      {"objectives_met", rate, plain},
      {"goodput", counter, plain},
  };
  return metrics;
}

const MetricInfo* builtin_metric(std::string_view name) {
  const std::vector<MetricInfo>& all = builtin_metrics();
  const auto found = std::find_if(all.begin(), all.end(), [name](const MetricInfo& m) { return m.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void sort_tags(Tags& tags) {
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
}

bool has_key(const Tags& tags, std::string_view key) {
  const auto place = std::lower_bound(tags.begin(), tags.end(), key,
                                      [](const auto& tag, std::string_view wanted) { return tag.first < wanted; });
  return place != tags.end() && place->first == key;
}

void Gauge::set(double v) {
  min = count == 0 ? v : std::min(min, v);
  max = count == 0 ? v : std::max(max, v);
  value = v;
  ++count;
}

void Trend::add_value(double value) {
  constexpr double kBeyond = static_cast<double>(Histogram::kHighest) + 1;  // an infinity does not round to an integer
  const double steps = value * kStepsPerUnit;
  histogram.record(std::isnan(steps) ? -1 : std::llround(std::clamp(steps, -1.0, kBeyond)));
}

}  // namespace thresher::metrics
