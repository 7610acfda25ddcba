#include "report/html_statistics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "base/text.h"
#include "report/failure_table.h"
#include "report/number_text.h"

namespace thresher::report {
namespace {

using Kind = HtmlTable::Kind;

/// Those of Locust's page, which are not those of its CSV files.
constexpr double kPagePercentiles[] = {50, 60, 70, 80, 90, 95, 99, 100};

std::string to_the_second(WallTime time) { return format_wall_time(std::chrono::floor<std::chrono::seconds>(time)); }

std::vector<HtmlCell> statistics_cells(const RequestRow& row) {
  const metrics::Histogram& duration = row.duration;
  return {{row.method},
          {row.name},
          count_cell(row.requests),
          count_cell(row.failures, row.failures > 0 ? Mood::bad : Mood::plain),
          milliseconds_cell(duration.mean()),
          milliseconds_cell(static_cast<double>(duration.min())),
          milliseconds_cell(static_cast<double>(duration.max())),
          {bytes_text(row.size_average()), row.size_average()},
          quantity_cell(row.requests_per_s),
          quantity_cell(row.failures_per_s)};
}

std::vector<HtmlCell> percentile_cells(const RequestRow& row) {
  std::vector<HtmlCell> cells = {{row.method}, {row.name}};
  for (const double percentile : kPagePercentiles) {
    if (row.duration.count() == 0)
      cells.push_back({"N/A", -1});
    else
      cells.push_back(milliseconds_cell(static_cast<double>(row.duration.value_at_percentile(percentile))));
  }
  return cells;
}

}  // namespace

HtmlSection html_request_statistics(const RequestTable& table) {
  HtmlTable rows("Request statistics", "endpoints",
                 {{"Type", Kind::word},
                  {"Name", Kind::name},
                  {"# Requests"},
                  {"# Fails"},
                  {"Average (ms)"},
                  {"Min (ms)"},
                  {"Max (ms)"},
                  {"Average size"},
                  {"RPS"},
                  {"Failures/s"}});
  for (const RequestRow& row : table.rows) rows.add_row(statistics_cells(row));
  rows.set_foot(statistics_cells(table.aggregated));
  return {"requests", "Request statistics", rows.html()};
}

HtmlSection html_response_times(const RequestTable& table) {
  std::vector<HtmlTable::Column> columns = {{"Type", Kind::word}, {"Name", Kind::name}};
  for (const double percentile : kPagePercentiles) columns.push_back({percentile_title(percentile) + " (ms)"});
  HtmlTable rows("Response time statistics", "endpoints", std::move(columns));
  for (const RequestRow& row : table.rows) rows.add_row(percentile_cells(row));
  rows.set_foot(percentile_cells(table.aggregated));
  return {"response-times", "Response time statistics", rows.html()};
}

HtmlSection html_failures(const metrics::Totals& totals) {
  HtmlSection section{"failures", "Failures", "<p class=\"faint\">No request failed.</p>\n"};
  const std::vector<FailureRow> failures = make_failure_table(totals);
  if (failures.empty()) return section;
  HtmlTable rows("Failures", "failures",
                 {{"# Failures"},
                  {"Method", Kind::word},
                  {"Name", Kind::name},
                  {"Error", Kind::text},
                  {"First seen", Kind::word},
                  {"Last seen", Kind::word}});
  for (const FailureRow& row : failures) {
    rows.add_row({count_cell(row.occurrences),
                  {row.method},
                  {row.name},
                  {row.error},
                  {to_the_second(row.first_seen)},
                  {to_the_second(row.last_seen)}});
  }
  section.body = rows.html();
  return section;
}

HtmlSection html_exceptions(const metrics::Totals& totals) {
  HtmlSection section{"exceptions", "Exceptions", "<p class=\"faint\">No script raised an error.</p>\n"};
  if (totals.exceptions().empty()) return section;
  HtmlTable rows("Exceptions", "exceptions", {{"# Occurrences"}, {"Message", Kind::name}, {"Traceback", Kind::text}});
  for (const metrics::ExceptionCount& row : totals.exceptions())
    rows.add_row({count_cell(row.count), {row.message}, {.text = row.traceback, .preformatted = true}});
  section.body = rows.html();
  return section;
}

HtmlSection html_final_ratio(const profile::Plan& plan) {
  HtmlTable rows("Final ratio", "tasks",
                 {{"Scenario", Kind::text},
                  {"Task", Kind::name},
                  {"Of its scenario"},
                  {"Of all users"},
                  {"Tags", Kind::text},
                  {"Defined in", Kind::word}});
  double weights = 0;
  for (const profile::PlannedScenario& planned : plan.scenarios) weights += plan.catalogue[planned.scenario].weight;
  for (const profile::PlannedScenario& planned : plan.scenarios) {
    const profile::ScenarioInfo& scenario = plan.catalogue[planned.scenario];
    const double share = weights > 0 ? scenario.weight / weights : 0;
    double task_weights = 0;
    for (const std::size_t task : planned.tasks) task_weights += scenario.tasks[task].weight;
    for (const std::size_t index : planned.tasks) {
      const profile::TaskInfo& task = scenario.tasks[index];
      // In a sequence every iteration has every task.
      const double ratio = scenario.sequential ? 1 : task_weights > 0 ? task.weight / task_weights : 0;
      rows.add_row({{scenario.name},
                    {task.name},
                    {scenario.sequential ? "in sequence" : ratio_text(ratio), ratio},
                    {ratio_text(ratio * share), ratio * share},
                    {fmt::format("{}", fmt::join(task.tags, ", "))},
                    {task.where}});
    }
  }
  return {"ratio", "Final ratio", rows.html()};
}

}  // namespace thresher::report
