#include "report/failure_table.h"

#include "report/series_of.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace thresher::report {
namespace {

std::string cause_of(const metrics::Series& series) {
  if (const std::string_view error = series.tag("error"); !error.empty()) return std::string(error);
  const std::string_view status = series.tag("status");
  return status.empty() || status == "0" ? "unknown" : "HTTP " + std::string(status);
}

}  // namespace

std::vector<FailureRow> make_failure_table(const metrics::Totals& totals) {
  std::map<std::tuple<std::string, std::string, std::string>, FailureRow> rows;  // name, method, error
  for_each_series(totals, "http_req_failed", [&](const metrics::Series& series) {
    if (series.rate.passes == 0) return;  // of http_req_failed, a "pass" is a failed request
    FailureRow found{std::string(series.tag("method")),
                     std::string(series.tag("name")),
                     cause_of(series),
                     series.rate.passes,
                     series.first_seen,
                     series.last_seen,
                     totals.example_of(series)};
    const auto [known, is_new] = rows.try_emplace({found.name, found.method, found.error}, found);
    if (is_new) return;
    known->second.occurrences += found.occurrences;
    known->second.first_seen = std::min(known->second.first_seen, found.first_seen);
    known->second.last_seen = std::max(known->second.last_seen, found.last_seen);
    if (known->second.example == nullptr) known->second.example = found.example;
  });
  std::vector<FailureRow> table;
  for (auto& [key, row] : rows) table.push_back(std::move(row));
  std::stable_sort(table.begin(), table.end(),
                   [](const FailureRow& a, const FailureRow& b) { return a.occurrences > b.occurrences; });
  return table;
}

std::vector<CheckRow> make_check_table(const metrics::Totals& totals) {
  std::map<std::pair<std::string, std::string>, CheckRow> rows;
  for_each_series(totals, "checks", [&rows](const metrics::Series& series) {
    const std::string group(series.tag("group")), name(series.tag("check"));
    CheckRow& row = rows.try_emplace({group, name}, CheckRow{group, name, 0, 0}).first->second;
    row.passes += series.rate.passes;
    row.fails += series.rate.total - series.rate.passes;
  });
  std::vector<CheckRow> table;
  for (auto& [key, row] : rows) table.push_back(std::move(row));
  return table;
}

}  // namespace thresher::report
