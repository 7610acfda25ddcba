#include "metrics/totals.h"

#include <algorithm>
#include <cassert>

namespace thresher::metrics {
namespace {

void merge(Counter& into, const Counter& later) {
  into.sum += later.sum;
  into.count += later.count;
}

void merge(Gauge& into, const Gauge& later) {
  if (later.count == 0) return;
  into.min = into.count == 0 ? later.min : std::min(into.min, later.min);
  into.max = into.count == 0 ? later.max : std::max(into.max, later.max);
  into.value = later.value;
  into.count += later.count;
}

void merge(Rate& into, const Rate& later) {
  into.passes += later.passes;
  into.total += later.total;
}

bool is_new(const Series& series) {
  return series.counter.count == 0 && series.gauge.count == 0 && series.rate.total == 0 && series.trend.count() == 0;
}

}  // namespace

std::string_view Series::tag(std::string_view key) const {
  const auto place = std::lower_bound(tags.begin(), tags.end(), key,
                                      [](const auto& tag, std::string_view wanted) { return tag.first < wanted; });
  return place != tags.end() && place->first == key ? std::string_view(place->second) : std::string_view();
}

bool TagFilter::matches(const Tags& tags) const {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&tags](const auto& tag) { return std::binary_search(tags.begin(), tags.end(), tag); });
}

std::uint64_t Aggregate::samples() const { return counter.count + gauge.count + rate.total + trend.count(); }

void Aggregate::merge(const Aggregate& later) {
  metric = later.metric;
  series = std::max(series, later.series);
  metrics::merge(counter, later.counter);
  metrics::merge(gauge, later.gauge);
  metrics::merge(rate, later.rate);
  trend.merge(later.trend);
}

void Totals::begin_second(TimePoint, WallTime wall) {
  wall_ = wall;
  ++second_;
  for (Series* series : touched_) {
    series->counter_last = {};
    series->rate_last = {};
    series->trend_last.reset();
  }
  touched_.clear();
  sampled_.clear();
}

void Totals::restore(std::vector<Series> series, const std::vector<ExceptionCount>& exceptions,
                     std::uint64_t overflowed) {
  for (Series& one : series) {
    SeriesKey key{one.metric.name, one.tags};
    one.counter_last = {};
    one.rate_last = {};
    one.trend_last = {};
    series_.insert_or_assign(std::move(key), std::move(one));
  }
  for (const ExceptionCount& exception : exceptions)
    exception_table_.add(exception.message, exception.traceback, exception.count);
  exceptions_ = exception_table_.sorted();
  overflowed_ = overflowed;
}

template <class Entry>
Series& Totals::touch(unsigned worker, const Entry& entry) {
  assert(worker < by_worker_.size() && entry.series < by_worker_[worker].size());
  Series& series = *by_worker_[worker][entry.series];
  if (is_new(series)) series.first_seen = wall_;
  series.last_seen = wall_;
  touched_.push_back(&series);
  return series;
}

void Totals::add(Delta&& delta) {
  const unsigned worker = delta.worker;
  if (by_worker_.size() <= worker) by_worker_.resize(worker + 1);
  for (Delta::NewSeries& entered : delta.new_series) {
    std::vector<Series*>& numbered = by_worker_[worker];
    assert(entered.series == numbered.size());
    const auto [place, is_first] = series_.try_emplace(SeriesKey{entered.metric.name, entered.tags});
    if (is_first) {
      place->second.metric = std::move(entered.metric);
      place->second.tags = std::move(entered.tags);
    }
    numbered.push_back(&place->second);
  }
  for (const auto& entry : delta.counters) {
    Series& series = touch(worker, entry);
    merge(series.counter, entry.value);
    merge(series.counter_last, entry.value);
  }
  for (const auto& entry : delta.gauges) merge(touch(worker, entry).gauge, entry.value);
  for (const auto& entry : delta.rates) {
    Series& series = touch(worker, entry);
    merge(series.rate, entry.value);
    merge(series.rate_last, entry.value);
  }
  for (const auto& entry : delta.trends) {
    Series& series = touch(worker, entry);
    series.trend.merge(entry.value);
    series.trend_last.merge(entry.value);
  }
  for (const ExceptionCount& exception : delta.exceptions) {
    exception_table_.add(exception.message, exception.traceback, exception.count);
  }
  if (!delta.exceptions.empty()) exceptions_ = exception_table_.sorted();
  for (auto& [series, example] : delta.examples) examples_.try_emplace(by_worker_[worker][series], std::move(example));
  overflowed_ += delta.overflowed_series;
  if (!delta.samples.empty()) sampled_.push_back(std::move(delta));
}

Aggregate Totals::aggregate(std::string_view metric, const TagFilter& filter, bool last_second) const {
  Aggregate sum;
  WallTime gauge_seen{};
  for (auto place = series_.lower_bound(SeriesKey{std::string(metric), {}});
       place != series_.end() && place->first.metric == metric; ++place) {
    const Series& series = place->second;
    if (!filter.matches(series.tags)) continue;
    sum.metric = series.metric;
    ++sum.series;
    merge(sum.counter, last_second ? series.counter_last : series.counter);
    merge(sum.rate, last_second ? series.rate_last : series.rate);
    sum.trend.merge(last_second ? series.trend_last : series.trend);
    const double value_before = sum.gauge.value;
    const bool is_latest = sum.gauge.count == 0 || series.last_seen >= gauge_seen;
    merge(sum.gauge, series.gauge);
    if (is_latest) {
      gauge_seen = series.last_seen;
    } else {
      sum.gauge.value = value_before;
    }
  }
  return sum;
}

const FailureExample* Totals::example_of(const Series& series) const {
  const auto found = examples_.find(&series);
  return found == examples_.end() ? nullptr : &found->second;
}

bool Totals::knows(std::string_view metric) const {
  const auto place = series_.lower_bound(SeriesKey{std::string(metric), {}});
  return place != series_.end() && place->first.metric == metric;
}

std::vector<Totals::ResolvedSample> Totals::samples() const {
  std::vector<ResolvedSample> resolved;
  for (const Delta& delta : sampled_) {
    for (const Sample& sample : delta.samples) {
      const SampleDetail* detail = sample.detail == 0 ? nullptr : &delta.details[sample.detail - 1];
      resolved.push_back({by_worker_[delta.worker][sample.series], sample.at, sample.value, detail});
    }
  }
  return resolved;
}

}  // namespace thresher::metrics
