#include "report/live_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/text.h"
#include "report/json_number.h"
#include "report/series_of.h"

namespace thresher::report {
namespace {

/// Thousandths are all that a table shows, and exact for milliseconds: histograms hold microseconds.
double thousandths(double value) { return std::round(value * 1000) / 1000; }

std::uint64_t whole(double count) { return static_cast<std::uint64_t>(std::llround(count)); }

/// Keeps the tags of `series` that a row does not have yet, in order; whether there were any.
bool add_tags(std::vector<std::string>& tags, const metrics::Series& series) {
  const std::size_t before = tags.size();
  for (const auto& [key, value] : series.tags) {
    if (key != "tag") continue;
    const auto place = std::lower_bound(tags.begin(), tags.end(), value);
    if (place == tags.end() || *place != value) tags.insert(place, value);
  }
  return tags.size() > before;
}

std::string head_of(const metrics::Series& series, const std::vector<std::string>& tags) {
  return fmt::format(R"({{"method":"{}","name":"{}","tags":{})", escaped_json(series.tag("method")),
                     escaped_json(series.tag("name")), json_text(Json(tags)));
}

}  // namespace

LiveRequests::Row& LiveRequests::row_of(const metrics::Series& series) {
  const auto [known, is_new] = by_series_.try_emplace(&series);
  if (!is_new) return rows_[known->second];
  const auto [place, first] =
      by_name_.try_emplace({std::string(series.tag("name")), std::string(series.tag("method"))}, rows_.size());
  if (first) rows_.emplace_back();
  known->second = place->second;
  Row& row = rows_[place->second];
  if (add_tags(row.tags, series) || first) row.head = head_of(series, row.tags);
  return row;
}

void LiveRequests::count(const metrics::Totals& totals) {
  for (Row& row : rows_) {
    row.now = row.last = {};
    row.received_bytes = 0;
    row.durations.clear();
  }
  for_each_series(totals, "http_reqs", [this](const metrics::Series& series) {
    Row& row = row_of(series);
    row.now.requests += whole(series.counter.sum);
    row.last.requests += whole(series.counter_last.sum);
  });
  for_each_series(totals, "http_req_failed", [this](const metrics::Series& series) {
    Row& row = row_of(series);
    row.now.failures += series.rate.passes;
    row.last.failures += series.rate_last.passes;
  });
  for_each_series(totals, "http_req_duration", [this](const metrics::Series& series) {
    if (series.trend.count() > 0) row_of(series).durations.push_back(&series);
  });
  for_each_series(totals, "data_received",
                  [this](const metrics::Series& series) { row_of(series).received_bytes += series.counter.sum; });
}

void LiveRequests::mark(Nanoseconds elapsed, Nanoseconds began) {
  const auto counts_of = [this](const auto& counts) {
    std::vector<Counts> all;
    all.reserve(rows_.size());
    std::transform(rows_.begin(), rows_.end(), std::back_inserter(all), counts);
    return all;
  };
  if (marks_.empty() || (marks_.back().at != began && marks_.back().at != elapsed)) {
    marks_.clear();
    marks_.push_back({began, counts_of([](const Row& row) {
                        return Counts{row.now.requests - row.last.requests, row.now.failures - row.last.failures};
                      })});
  }
  while (marks_.front().at < elapsed - kWindow && marks_.size() > 1) marks_.pop_front();
  const Mark& base = marks_.front();
  const double seconds = to_seconds(elapsed - base.at);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    Row& row = rows_[i];
    const Counts before = i < base.counts.size() ? base.counts[i] : Counts{};
    const auto rate = [seconds](std::uint64_t count) {
      return seconds > 0 ? thousandths(static_cast<double>(count) / seconds) : 0;
    };
    row.requests_per_s = rate(row.now.requests - before.requests);
    row.failures_per_s = rate(row.now.failures - before.failures);
  }
  if (marks_.back().at != elapsed) marks_.push_back({elapsed, counts_of([](const Row& row) { return row.now; })});
}

/// Mean and maximum are exact each time: they cost nothing.
void LiveRequests::figure(Row& row) {
  double total = 0, count = 0;
  std::int64_t highest = 0;
  for (const metrics::Series* series : row.durations) {
    total += series->trend.sum();
    count += static_cast<double>(series->trend.count());
    highest = std::max(highest, series->trend.max());
  }
  row.mean_ms = count > 0 ? thousandths(total / count / 1000) : 0;
  row.max_ms = static_cast<double>(highest) / 1000;
  const auto news = static_cast<double>(row.now.requests - row.figures_of);
  if (news == 0) return;
  if (news < kNewsLeast * static_cast<double>(row.now.requests) && ++row.stale < kStaleMost) return;
  metrics::Histogram several;
  if (row.durations.size() != 1)
    for (const metrics::Series* series : row.durations) several.merge(series->trend);
  const metrics::Histogram& all = row.durations.size() == 1 ? row.durations.front()->trend : several;
  const auto percentile = [&all](double of) { return static_cast<double>(all.value_at_percentile(of)) / 1000; };
  row.p50_ms = percentile(50);
  row.p95_ms = percentile(95);
  row.p99_ms = percentile(99);
  row.figures_of = row.now.requests;
  row.stale = 0;
}

void LiveRequests::sum_up(Nanoseconds elapsed, Nanoseconds began) {
  sum_.requests = sum_.failures = 0;
  sum_.received_bytes = 0;
  const bool goes_on = summed_until_ == began;
  const bool again = summed_until_ == elapsed;
  if (!goes_on && !again) sum_.duration = {};
  for (const Row& row : rows_) {
    sum_.requests += row.now.requests;
    sum_.failures += row.now.failures;
    sum_.received_bytes += row.received_bytes;
    if (again) continue;
    for (const metrics::Series* series : row.durations)
      sum_.duration.merge(goes_on ? series->trend_last : series->trend);
  }
  summed_until_ = elapsed;
}

void LiveRequests::read(const metrics::Totals& totals, Nanoseconds elapsed, Nanoseconds began) {
  count(totals);
  mark(elapsed, began);
  sum_up(elapsed, began);
  for (Row& row : rows_) figure(row);
}

std::string LiveRequests::rows() const {
  fmt::memory_buffer text;
  text.push_back('[');
  for (const auto& [name, index] : by_name_) {
    const Row& row = rows_[index];
    if (row.now.requests == 0) continue;  // a kind that is known and was never sent
    if (text.size() > 1) text.push_back(',');
    fmt::format_to(std::back_inserter(text),
                   R"({},"requests":{},"failures":{},"requests_per_s":{},"failures_per_s":{},"mean_ms":{},"p50_ms":{},)"
                   R"("p95_ms":{},"p99_ms":{},"max_ms":{},"received_bytes_average":{}}})",
                   row.head, row.now.requests, row.now.failures, row.requests_per_s, row.failures_per_s, row.mean_ms,
                   row.p50_ms, row.p95_ms, row.p99_ms, row.max_ms,
                   thousandths(row.received_bytes / static_cast<double>(row.now.requests)));
  }
  text.push_back(']');
  return fmt::to_string(text);
}

}  // namespace thresher::report
