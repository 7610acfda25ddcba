#include "report/end_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "report/failure_table.h"
#include "report/judgement_text.h"
#include "report/number_text.h"
#include "report/request_table.h"
#include "report/screen_tables.h"

namespace thresher::report {
namespace {

using Cell = TextTable::Cell;
using Column = TextTable::Column;

std::string of_text(std::uint64_t part, std::uint64_t whole, std::string_view noun) {
  return fmt::format("{} of {} {}{}", count_text(part), count_text(whole), noun, whole == 1 ? "" : "s");
}

std::uint64_t counted(const metrics::Totals& totals, const char* metric) {
  return static_cast<std::uint64_t>(std::llround(totals.aggregate(metric).counter.sum));
}

/// A section of the report: a blank line, a title, lines under it.
void add_section(std::string& text, std::string_view title, std::string_view beside, const Lines& lines,
                 const Look& look) {
  text += '\n';
  text += paint(title, Tone::heading, look);
  if (!beside.empty()) text += fmt::format("  {}", beside);
  text += '\n';
  for (const std::string& line : lines) text += line + "\n";
}

/// Text that may be long, indented and broken at the terminal's width.
void add_wrapped(Lines& lines, std::string_view first_indent, std::string_view text, const Look& look) {
  const std::size_t indent = display_width(first_indent);
  const std::size_t room = look.width > indent + 20 ? look.width - indent : 20;
  bool first = true;
  for (const std::string& line : wrapped(printable(text), room)) {
    lines.push_back((std::exchange(first, false) ? std::string(first_indent) : std::string(indent, ' ')) + line);
  }
}

void add_percentile_columns(std::vector<Column>& columns) {
  // Which ones go first on a narrow terminal; 50, 95 and 99 and the worst stay longest.
  static constexpr std::pair<double, int> kImportance[] = {{50, 98},   {66, 10},    {75, 30}, {80, 20},
                                                           {90, 80},   {95, 97},    {98, 40}, {99, 96},
                                                           {99.9, 60}, {99.99, 15}, {100, 90}};
  for (const auto& [percentile, importance] : kImportance) {
    columns.push_back({.title = percentile_title(percentile), .importance = importance, .width_min = 6});
  }
}

void add_percentile_cells(std::vector<Cell>& cells, const metrics::Histogram& histogram, const Look& look) {
  for (const double percentile : kPercentiles) {
    const auto value = static_cast<double>(histogram.value_at_percentile(percentile));
    cells.push_back({histogram.count() == 0 ? "-" : time_text(value, look.time_unit)});
  }
}

void add_requests(std::string& text, const RequestTable& table, const Look& look) {
  add_section(text, "Requests", "", request_lines(table, table, table.rows.size(), look), look);
}

void add_request_percentiles(std::string& text, const RequestTable& table, bool open_model, const Look& look) {
  std::vector<Column> columns = {{.title = "Type", .left = true, .importance = 50, .width_min = 4},
                                 {.title = "Name", .left = true, .width_min = 12, .elastic = true}};
  add_percentile_columns(columns);
  TextTable percentiles(std::move(columns));
  const auto add = [&](const RequestRow& row) {
    std::vector<Cell> cells = {{printable(row.method)}, {printable(row.name)}};
    add_percentile_cells(cells, row.duration, look);
    percentiles.add_row(std::move(cells));
  };
  for (const RequestRow& row : table.rows) add(row);
  percentiles.add_rule();
  add(table.aggregated);
  // In the open model "response time" is what counts from the due time: that of the iterations, above.
  add_section(text, open_model ? "Request durations" : "Response time percentiles",
              open_model ? "(service time: from when each was sent)" : "", percentiles.lines(look), look);
}

void add_iterations(std::string& text, const metrics::Totals& totals, Nanoseconds elapsed, bool open_model,
                    const Look& look) {
  const std::uint64_t count = counted(totals, "iterations");
  const double per_s = elapsed.count() > 0 ? static_cast<double>(count) / to_seconds(elapsed) : 0;
  std::string beside = fmt::format("{} ({}/s)", count_text(count), quantity_text(per_s));
  const std::uint64_t dropped = counted(totals, "dropped_iterations");
  if (open_model || dropped > 0) {
    const double ratio = count + dropped == 0 ? 0 : static_cast<double>(dropped) / static_cast<double>(count + dropped);
    beside += ", " + paint(fmt::format("dropped {} ({})", count_text(dropped), ratio_text(ratio)),
                           dropped > 0 ? Tone::caution : Tone::plain, look);
  }
  std::vector<Column> columns = {{.title = "", .left = true, .width_min = 12, .elastic = true}};
  add_percentile_columns(columns);
  TextTable percentiles(std::move(columns));
  const auto add = [&](const char* name, const char* metric) {
    const metrics::Histogram histogram = totals.aggregate(metric).trend;
    if (histogram.count() == 0) return;
    std::vector<Cell> cells = {{name}};
    add_percentile_cells(cells, histogram, look);
    percentiles.add_row(std::move(cells));
  };
  if (open_model) {
    add("response time", "iteration_response_time");
    add("service time", "iteration_duration");
    add("lateness", "iteration_lateness");
  } else {
    add("duration", "iteration_duration");
  }
  Lines lines = count == 0 ? Lines{} : percentiles.lines(look);
  if (open_model && count > 0) {
    add_wrapped(lines, "", "Response time counts from when an iteration was due, service time from when it started.",
                look);
  }
  add_section(text, "Iterations", beside, lines, look);
}

void add_checks(std::string& text, const metrics::Totals& totals, const Look& look) {
  const std::vector<CheckRow> rows = make_check_table(totals);
  if (rows.empty()) return;
  std::uint64_t passes = 0, all = 0;
  for (const CheckRow& row : rows) {
    passes += row.passes;
    all += row.passes + row.fails;
  }
  Lines lines;
  std::string_view group;
  for (const CheckRow& row : rows) {
    if (row.group != std::exchange(group, row.group) && !row.group.empty()) {
      std::string path = row.group.substr(row.group.starts_with("::") ? 2 : 0);
      for (std::size_t at = 0; (at = path.find("::", at)) != std::string::npos;) path.replace(at, 2, " > ");
      lines.push_back(paint(shortened("  " + printable(path), look.width, look), Tone::faint, look));
    }
    const std::uint64_t total = row.passes + row.fails;
    std::string result = of_text(row.passes, total, "time");
    if (row.fails > 0)
      result += fmt::format(" ({})", ratio_text(static_cast<double>(row.passes) / static_cast<double>(total)));
    const std::string mark = mark_text(row.fails == 0 ? Mark::pass : Mark::fail, look);
    const std::size_t taken = 2 + (look.unicode ? 1 : 4) + 1 + 2 + display_width(result);
    const std::string name = shortened(printable(row.name), look.width > taken + 8 ? look.width - taken : 8, look);
    lines.push_back(
        fmt::format("  {} {}  {}", mark, name, paint(result, row.fails > 0 ? Tone::bad : Tone::faint, look)));
  }
  const double ratio = all == 0 ? 0 : static_cast<double>(passes) / static_cast<double>(all);
  add_section(text, "Checks", fmt::format("{} passed ({})", ratio_text(ratio), of_text(passes, all, "check")), lines,
              look);
}

std::string time_of_day(WallTime time) {
  return format_wall_time(std::chrono::floor<std::chrono::seconds>(time)).substr(11, 8);
}

void add_failures(std::string& text, const metrics::Totals& totals, const RequestTable& table, const Look& look) {
  const std::vector<FailureRow> rows = make_failure_table(totals);
  if (rows.empty()) return;
  TextTable failures({{.title = "# fails", .width_min = 7},
                      {.title = "Error", .left = true},
                      {.title = "Type", .left = true, .importance = 30},
                      {.title = "Name", .left = true, .width_min = 12, .elastic = true},
                      {.title = "First seen", .importance = 10},
                      {.title = "Last seen", .importance = 20}});
  for (const FailureRow& row : rows) {
    failures.add_row({{count_text(row.occurrences)},
                      {printable(row.error), Tone::bad},
                      {printable(row.method)},
                      {printable(row.name)},
                      {time_of_day(row.first_seen)},
                      {time_of_day(row.last_seen)}});
  }
  const RequestRow& all = table.aggregated;
  add_section(text, "Failures",
              fmt::format("{} ({}); times are UTC", of_text(all.failures, all.requests, "request"),
                          ratio_text(all.failure_ratio())),
              failures.lines(look), look);
}

void add_exceptions(std::string& text, const metrics::Totals& totals, const Look& look) {
  if (totals.exceptions().empty()) return;
  Lines lines;
  std::uint64_t all = 0;
  for (const metrics::ExceptionCount& exception : totals.exceptions()) {
    all += exception.count;
    add_wrapped(lines, fmt::format("  {} x ", count_text(exception.count)), exception.message, look);
    for (const std::string& line : split(exception.traceback, "\n")) add_wrapped(lines, "      ", line, look);
  }
  add_section(text, "Script errors", count_text(all), lines, look);
}

void add_validity(std::string& text, const engine::Validity& validity, const Look& look) {
  Lines lines;
  for (const engine::Validity::Reason& reason : validity.reasons) {
    add_wrapped(lines, fmt::format("  {}: ", engine::name_of(reason.state)), reason.text, look);
  }
  for (const std::string& remark : validity.remarks) add_wrapped(lines, "  note: ", remark, look);
  const Tone tone = validity.state == engine::ValidityState::valid      ? Tone::good
                    : validity.state == engine::ValidityState::degraded ? Tone::caution
                                                                        : Tone::bad;
  add_section(text, "Validity", paint(engine::name_of(validity.state), tone, look), lines, look);
}

Tone tone_of(const Verdict& verdict) {
  if (verdict.exit_code == 0) return Tone::good;
  return verdict.exit_code == 105 || verdict.exit_code == 122 ? Tone::caution : Tone::bad;
}

}  // namespace

std::string render_figures(const RunDescription& run, const engine::Snapshot& snapshot, const Look& look) {
  const metrics::Totals& totals = *snapshot.totals;
  const bool open_model = profile::is_open_model(run.plan->executor);
  const RequestTable table = make_request_table(totals, snapshot.elapsed);
  std::string text;
  if (table.aggregated.requests > 0) add_requests(text, table, look);
  const bool had_load = snapshot.elapsed.count() > 0;  // not when setup failed
  if (open_model && had_load) add_iterations(text, totals, snapshot.elapsed, open_model, look);
  if (table.aggregated.requests > 0) add_request_percentiles(text, table, open_model, look);
  if (!open_model && had_load) add_iterations(text, totals, snapshot.elapsed, open_model, look);
  add_checks(text, totals, look);
  add_failures(text, totals, table, look);
  add_exceptions(text, totals, look);
  if (const Lines lines = threshold_lines(snapshot, look); !lines.empty())
    add_section(text, "Thresholds", "", lines, look);
  if (run.judgement != nullptr)
    add_section(text, "Oracle", judgement_headline(*run.judgement, look), judgement_lines(*run.judgement, look), look);
  if (had_load) add_validity(text, snapshot.validity, look);
  if (totals.overflowed_series() > 0) {
    text += fmt::format("\nToo many series: what {} more would have held is under __other__\n",
                        count_text(totals.overflowed_series()));
  }
  return text;
}

std::string render_warnings(const std::vector<std::string>& signs, const Look& look) {
  if (signs.empty()) return {};
  Lines lines;
  for (const std::string& sign : signs) add_wrapped(lines, "  ", sign, look);
  std::string text;
  add_section(text, "Warning signs", paint(count_text(signs.size()), Tone::caution, look), lines, look);
  return text;
}

std::string render_conclusion(const RunDescription& run, const engine::RunSummary& summary, const Verdict& verdict,
                              const std::vector<std::filesystem::path>& files, const Look& look) {
  std::string text = "\n";
  const auto add = [&text, &look](std::string_view title, std::string_view what, Tone tone = Tone::plain) {
    Lines lines;
    add_wrapped(lines, fmt::format("{:<10} ", title), what, look);
    for (const std::string& line : lines) text += paint(line, tone, look) + "\n";
  };
  if (summary.stop != engine::StopReason::completed) {
    const std::string_view why = summary.stop_text.empty() ? engine::name_of(summary.stop) : summary.stop_text;
    add("Stopped", fmt::format("after {}: {}", clock_text(summary.elapsed), why));
  }
  if (summary.interrupted_iterations > 0) {
    add("Cut short",
        fmt::format("{} iteration{} still running when time was up", count_text(summary.interrupted_iterations),
                    summary.interrupted_iterations == 1 ? " was" : "s were"));
  }
  add("Verdict", verdict.line() + fmt::format(" (exit code {})", verdict.exit_code), tone_of(verdict));
  for (const std::string& other : verdict.also) add("Also", other);
  add("Seed", std::to_string(run.plan->seed));
  text += fmt::format("{:<10} {}\n", "Reproduce", printable(reproduction_of(run)));  // one line, to be copied
  for (const std::filesystem::path& file : files)
    text += fmt::format("{:<10} {}\n", "Written", printable(file.string()));
  return text;
}

std::string reproduction_of(const RunDescription& run) {
  const std::string& typed = run.command_line;
  const bool has_seed = typed.find(" --seed ") != std::string::npos || typed.find(" --seed=") != std::string::npos;
  return has_seed ? typed : fmt::format("{} --seed {}", typed, run.plan->seed);
}

}  // namespace thresher::report
