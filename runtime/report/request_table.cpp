#include "report/request_table.h"

#include "report/series_of.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <utility>

namespace thresher::report {
namespace {

using RowsByName = std::map<std::pair<std::string, std::string>, RequestRow, std::less<>>;  // name, method

RequestRow& row_of(RowsByName& rows, std::string_view method, std::string_view name) {
  const auto [place, is_new] = rows.try_emplace({std::string(name), std::string(method)});
  if (is_new) {
    place->second.method = method;
    place->second.name = name;
  }
  return place->second;
}

void add_to(RequestRow& sum, const RequestRow& part) {
  sum.requests += part.requests;
  sum.failures += part.failures;
  sum.duration.merge(part.duration);
  sum.bytes_received += part.bytes_received;
}

void set_rates(RequestRow& row, Nanoseconds elapsed) {
  const double seconds = to_seconds(elapsed);
  row.requests_per_s = seconds > 0 ? static_cast<double>(row.requests) / seconds : 0;
  row.failures_per_s = seconds > 0 ? static_cast<double>(row.failures) / seconds : 0;
}

RequestTable to_table(RowsByName rows, Nanoseconds elapsed) {
  RequestTable table;
  table.aggregated.name = "Aggregated";
  for (auto& [key, row] : rows) {
    if (row.requests == 0) continue;  // a series that exists and had nothing in this span
    set_rates(row, elapsed);
    add_to(table.aggregated, row);
    table.rows.push_back(std::move(row));
  }
  set_rates(table.aggregated, elapsed);
  return table;
}

}  // namespace

std::string percentile_title(double percentile) { return fmt::format("{}%", percentile); }

const RequestRow* RequestTable::find(std::string_view method, std::string_view name) const {
  for (const RequestRow& row : rows) {
    if (row.method == method && row.name == name) return &row;
  }
  return nullptr;
}

RequestTable make_request_table(const metrics::Totals& totals, Nanoseconds elapsed, Span span) {
  const bool last = span == Span::last_second;
  RowsByName rows;
  const auto row_for = [&rows](const metrics::Series& series) -> RequestRow& {
    return row_of(rows, series.tag("method"), series.tag("name"));
  };
  for_each_series(totals, "http_reqs", [&](const metrics::Series& series) {
    row_for(series).requests +=
        static_cast<std::uint64_t>(std::llround((last ? series.counter_last : series.counter).sum));
  });
  for_each_series(totals, "http_req_failed", [&](const metrics::Series& series) {
    row_for(series).failures += (last ? series.rate_last : series.rate).passes;
  });
  for_each_series(totals, "http_req_duration", [&](const metrics::Series& series) {
    row_for(series).duration.merge(last ? series.trend_last : series.trend);
  });
  for_each_series(totals, "data_received", [&](const metrics::Series& series) {
    row_for(series).bytes_received += (last ? series.counter_last : series.counter).sum;
  });
  return to_table(std::move(rows), elapsed);
}

void RecentRequests::second_passed(const metrics::Totals& totals, Nanoseconds elapsed) {
  const Nanoseconds began = std::exchange(seen_until_, elapsed);
  seconds_.push_back({began, elapsed, make_request_table(totals, elapsed - began, Span::last_second)});
  while (seconds_.front().began < elapsed - kWindow) seconds_.pop_front();
}

RequestTable RecentRequests::table() const {
  if (seconds_.empty()) return to_table({}, {});
  RowsByName rows;
  for (const Second& second : seconds_) {
    for (const RequestRow& row : second.table.rows) add_to(row_of(rows, row.method, row.name), row);
  }
  return to_table(std::move(rows), seconds_.back().ended - seconds_.front().began);
}

}  // namespace thresher::report
