#include "report/screen_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/threshold_text.h"

namespace thresher::report {
namespace {

using Cell = TextTable::Cell;

/// The rows to show, in the table's order.
std::vector<const RequestRow*> busiest(const RequestTable& table, std::size_t rows_max) {
  std::vector<const RequestRow*> rows;
  for (const RequestRow& row : table.rows) rows.push_back(&row);
  if (rows.size() <= rows_max) return rows;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RequestRow* a, const RequestRow* b) { return a->requests > b->requests; });
  rows.resize(rows_max);
  std::sort(rows.begin(), rows.end());  // they stand in one vector: by address is the table's order
  return rows;
}

std::vector<Cell> request_cells(const RequestRow& row, const RequestRow* rates, const Look& look) {
  const auto time = [&row, &look](double microseconds) {
    return Cell{row.duration.count() == 0 ? "-" : time_text(microseconds, look.time_unit)};
  };
  const metrics::Histogram& duration = row.duration;
  const double requests_per_s = rates == nullptr ? 0 : rates->requests_per_s;
  const double failures_per_s = rates == nullptr ? 0 : rates->failures_per_s;
  const Tone tone = row.failures > 0 ? Tone::bad : Tone::plain;
  return {{printable(row.method)},
          {printable(row.name)},
          {count_text(row.requests)},
          {fmt::format("{} ({})", count_text(row.failures), ratio_text(row.failure_ratio())), tone},
          time(duration.mean()),
          time(static_cast<double>(duration.min())),
          time(static_cast<double>(duration.max())),
          time(static_cast<double>(duration.value_at_percentile(50))),
          {quantity_text(requests_per_s)},
          {quantity_text(failures_per_s), failures_per_s > 0 ? Tone::bad : Tone::plain}};
}

}  // namespace

Lines request_lines(const RequestTable& table, const RequestTable& rates, std::size_t rows_max, const Look& look) {
  TextTable text({{.title = "Type", .left = true, .importance = 40, .width_min = 4},
                  {.title = "Name", .left = true, .width_min = 12, .elastic = true},
                  {.title = "# reqs", .importance = 100, .width_min = 7},
                  {.title = "# fails", .importance = 90, .width_min = 11},
                  {.title = "Avg", .importance = 60, .width_min = 6, .bar_before = true},
                  {.title = "Min", .importance = 20, .width_min = 6},
                  {.title = "Max", .importance = 50, .width_min = 6},
                  {.title = "Med", .importance = 95, .width_min = 6},
                  {.title = "req/s", .importance = 70, .width_min = 6, .bar_before = true},
                  {.title = "failures/s", .importance = 10}});
  const std::vector<const RequestRow*> shown = busiest(table, rows_max);
  for (const RequestRow* row : shown) text.add_row(request_cells(*row, rates.find(row->method, row->name), look));
  if (shown.size() < table.rows.size()) {
    text.add_row({{}, {fmt::format("({} more)", table.rows.size() - shown.size()), Tone::faint}});
  }
  text.add_rule();
  text.add_row(request_cells(table.aggregated, &rates.aggregated, look));
  return text.lines(look);
}

Lines threshold_lines(const engine::Snapshot& snapshot, const Look& look) {
  if (snapshot.thresholds == nullptr) return {};
  std::size_t name_width = 0;
  for (const metrics::ThresholdVerdict& verdict : *snapshot.thresholds) {
    name_width = std::max(name_width, display_width(threshold_name(*verdict.threshold)));
  }
  const std::size_t name_room = look.width > 30 ? look.width - 22 : 8;
  name_width = std::min(name_width, name_room);
  Lines lines;
  for (const metrics::ThresholdVerdict& verdict : *snapshot.thresholds) {
    const bool judged = verdict.state != metrics::ThresholdState::no_data;
    const Mark mark = !judged                                          ? Mark::unknown
                      : verdict.state == metrics::ThresholdState::fail ? Mark::fail
                                                                       : Mark::pass;
    const std::string name = shortened(printable(threshold_name(*verdict.threshold)), name_width, look);
    std::string observed = threshold_observed(verdict, *snapshot.totals, look.time_unit);
    const std::size_t used = 2 + (look.unicode ? 1 : 4) + 1 + name_width + 2;
    observed = shortened(observed, look.width > used ? look.width - used : 0, look);
    lines.push_back("  " + mark_text(mark, look) + " " + name + std::string(name_width - display_width(name) + 2, ' ') +
                    paint(observed, mark == Mark::fail ? Tone::bad : Tone::plain, look));
  }
  return lines;
}

std::string mark_text(Mark mark, const Look& look) {
  switch (mark) {
    case Mark::pass:
      return paint(look.unicode ? "✓" : "ok  ", Tone::good, look);
    case Mark::fail:
      return paint(look.unicode ? "✗" : "FAIL", Tone::bad, look);
    default:
      return paint(look.unicode ? "?" : "??  ", Tone::caution, look);
  }
}

}  // namespace thresher::report
