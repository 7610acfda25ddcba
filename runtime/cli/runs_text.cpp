#include "cli/runs_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "report/number_text.h"
#include "store/run_id.h"

namespace thresher::cli {
namespace {

using report::Look;
using report::TextTable;
using report::Tone;
using Cell = TextTable::Cell;

std::string joined(const std::vector<std::string>& lines) {
  return lines.empty() ? std::string() : fmt::format("{}\n", fmt::join(lines, "\n"));
}

std::string time_or_dash(const std::optional<Nanoseconds>& time, const Look& look) {
  return time ? report::time_text(to_milliseconds(*time) * 1000, look.time_unit) : "-";
}

std::string ratio_of(const store::RunFigures& figures) {
  if (figures.requests == 0) return "-";
  return report::ratio_text(static_cast<double>(figures.requests_failed) / static_cast<double>(figures.requests));
}

Tone tone_of(const store::RunRecord& run) {
  if (run.end.status == store::status::kCompleted) return Tone::good;
  if (run.running()) return Tone::plain;
  return run.end.status == store::status::kInterrupted ? Tone::caution : Tone::bad;
}

Tone tone_of(store::Regression::State state) {
  using State = store::Regression::State;
  if (state == State::fail) return Tone::bad;
  if (state == State::issue) return Tone::caution;
  return state == State::pass ? Tone::good : Tone::faint;
}

/// A label and its text, broken at the look's width.
void add_fact(std::string& out, std::string_view label, const std::string& text, const Look& look) {
  if (text.empty()) return;
  constexpr std::size_t kLabel = 12;
  bool first = true;
  for (const std::string& line : report::wrapped(report::printable(text), look.width - std::min(look.width, kLabel))) {
    out += fmt::format("{:<{}}{}\n", first ? label : "", kLabel, line);
    first = false;
  }
}

std::string tags_of(const store::RunRecord& run) {
  std::string all;
  for (const auto& [key, value] : run.start.tags) all += fmt::format("{}{}={}", all.empty() ? "" : ", ", key, value);
  return all;
}

void add_figures(std::string& out, const store::RunRecord& run, const Look& look) {
  const store::RunFigures& figures = run.end.figures;
  add_fact(out, "requests",
           fmt::format("{}, {} failed ({}), {} a second", report::count_text(figures.requests),
                       report::count_text(figures.requests_failed), ratio_of(figures),
                       report::quantity_text(figures.rate_per_s)),
           look);
  if (figures.latency_mean)
    add_fact(out, "latency",
             fmt::format("mean {}, p50 {}, p95 {}, p99 {}, max {}", time_or_dash(figures.latency_mean, look),
                         time_or_dash(figures.latency_p50, look), time_or_dash(figures.latency_p95, look),
                         time_or_dash(figures.latency_p99, look), time_or_dash(figures.latency_max, look)),
             look);
  add_fact(out, "iterations",
           fmt::format("{}, {} dropped", report::count_text(figures.iterations),
                       report::count_text(figures.iterations_dropped)),
           look);
  if (figures.oracle_violations > 0) add_fact(out, "violations", report::count_text(figures.oracle_violations), look);
}

void add_regression(std::string& out, const Baselines& baselines, const Look& look) {
  std::vector<std::string> against;
  for (const store::RunRecord& run : baselines.runs) against.push_back(run.id);
  const std::string whom =
      against.empty() ? "no comparable run before it" : fmt::format("{}", fmt::join(against, ", "));
  out += fmt::format("\n{} {}\n",
                     report::paint(name_of(baselines.regression.verdict), tone_of(baselines.regression.verdict), look),
                     report::shortened("against " + whom, look.width, look));
  if (baselines.runs.empty()) return;
  for (const store::Regression::Check& check : baselines.regression.checks) {
    const std::string word(name_of(check.state));
    out += fmt::format("  {}{:<{}}{}\n", report::paint(word, tone_of(check.state), look), "", 12 - word.size(),
                       check.text);
  }
}

}  // namespace

std::string run_line(const store::RunRecord& run) {
  return fmt::format("{}  {}  {}  {}", run.id, format_wall_time(run.started), run.start.name, run.end.status);
}

std::string runs_text(const std::vector<store::RunRecord>& runs, const Look& look) {
  if (runs.empty()) return "no runs\n";
  TextTable table({{.title = "Id", .left = true, .width_min = store::kRunIdSize},
                   {.title = "Started", .left = true, .importance = 60},
                   {.title = "Kind", .left = true, .importance = 30},
                   {.title = "Name", .left = true, .importance = 95, .width_min = 8, .elastic = true},
                   {.title = "Profile", .left = true, .importance = 40},
                   {.title = "Status", .left = true, .importance = 98},
                   {.title = "Verdict", .left = true, .importance = 90},
                   {.title = "Duration", .importance = 20},
                   {.title = "# reqs", .importance = 70},
                   {.title = "fails", .importance = 80},
                   {.title = "req/s", .importance = 50},
                   {.title = "p95", .importance = 85}});
  for (const store::RunRecord& run : runs) {
    const store::RunFigures& figures = run.end.figures;
    const bool measured = !run.running() && figures.requests > 0;
    table.add_row({{run.id},
                   {format_wall_time(run.started)},
                   {report::printable(run.start.kind)},
                   {report::printable(run.start.name)},
                   {report::printable(run.start.profile)},
                   {report::printable(run.end.status), tone_of(run)},
                   {report::printable(run.end.verdict)},
                   {run.end.duration ? report::clock_text(*run.end.duration) : "-"},
                   {measured ? report::count_text(figures.requests) : "-"},
                   {measured ? ratio_of(figures) : "-", figures.requests_failed > 0 ? Tone::bad : Tone::plain},
                   {measured ? report::quantity_text(figures.rate_per_s) : "-"},
                   {time_or_dash(figures.latency_p95, look)}});
  }
  return joined(table.lines(look));
}

std::string run_text(const store::RunRecord& run, const Baselines& baselines, const Look& look) {
  std::string out;
  const auto fact = [&](std::string_view label, const std::string& text) { add_fact(out, label, text, look); };
  fact("run", run.id + " (" + run.start.kind + ")");
  fact("name", run.start.name);
  fact("status", run.end.verdict.empty() ? run.end.status
                                         : run.end.status + ", " + run.end.verdict + ": " + run.end.verdict_text);
  fact("validity", run.end.validity);
  fact("exit code", run.end.exit_code ? fmt::format("{}", *run.end.exit_code) : "");
  fact("started", format_wall_time(run.started));
  fact("finished", run.finished ? format_wall_time(*run.finished) : "");
  fact("duration", run.end.duration ? report::clock_text(*run.end.duration) : "");
  fact("files", fmt::format("{}", fmt::join(run.start.files, ", ")));
  fact("profile", run.start.profile);
  fact("host", run.start.host);
  fact("seed", fmt::format("{}", run.start.seed));
  fact("version", run.start.version);
  fact("tags", tags_of(run));
  fact("command", run.start.command_line);
  if (!run.running() && run.end.duration) add_figures(out, run, look);
  for (const store::RunNote& note : run.notes) fact("note", format_wall_time(note.at) + " " + note.text);
  if (!run.running()) add_regression(out, baselines, look);
  return out;
}

}  // namespace thresher::cli
