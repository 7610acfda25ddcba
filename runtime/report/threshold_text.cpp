#include "report/threshold_text.h"

#include <fmt/format.h>

#include "report/series_of.h"

namespace thresher::report {
namespace {

metrics::MetricInfo info_of(const metrics::Totals& totals, const std::string& metric) {
  metrics::MetricInfo info{metric, metrics::MetricKind::counter, metrics::Contains::plain};
  for_each_series(totals, metric, [&info](const metrics::Series& series) { info = series.metric; });
  return info;
}

std::string value_text(const metrics::ThresholdVerdict& verdict, const metrics::MetricInfo& metric, TimeUnit unit) {
  using Aggregation = metrics::ThresholdExpression::Aggregation;
  const Aggregation aggregation = verdict.threshold->expression.aggregation;
  if (aggregation == Aggregation::rate) {
    if (metric.kind == metrics::MetricKind::rate) return ratio_text(verdict.observed);
    return quantity_text(verdict.observed) + "/s";
  }
  if (aggregation != Aggregation::count) {
    if (metric.contains == metrics::Contains::time) return time_text(verdict.observed * 1000, unit, " ");
    if (metric.contains == metrics::Contains::data) return bytes_text(verdict.observed);
  }
  return quantity_text(verdict.observed);
}

}  // namespace

std::string threshold_name(const metrics::Threshold& threshold) {
  return threshold.selector.text + " " + threshold.expression.text;
}

std::string threshold_observed(const metrics::ThresholdVerdict& verdict, const metrics::Totals& totals, TimeUnit unit) {
  if (verdict.state == metrics::ThresholdState::no_data) {
    const std::uint64_t wanted = verdict.threshold->min_samples;
    if (verdict.samples == 0 || wanted == 0) return "NO_DATA";
    return fmt::format("no data: {} of {} samples", count_text(verdict.samples), count_text(wanted));
  }
  std::string text = value_text(verdict, info_of(totals, verdict.threshold->selector.metric), unit);
  if (verdict.threshold->window) {
    text += fmt::format(", {} of {} windows failed", verdict.windows_failed, verdict.windows);
  }
  return text;
}

}  // namespace thresher::report
