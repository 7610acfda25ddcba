#include "cli/comparison_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "report/number_text.h"

namespace thresher::cli {
namespace {

using comparison::Comparison;
using comparison::EndpointComparison;
using comparison::Estimate;
using comparison::Figure;
using comparison::FigureVerdict;
using comparison::MeasuredRun;
using comparison::Word;
using report::Look;
using report::TextTable;
using report::TimeUnit;
using report::Tone;

/// One figure of one endpoint, in words.
struct Row {
  std::string endpoint, figure, first, second, change, interval, word, reason;
  Tone tone = Tone::plain;
};

std::string value_text(Figure figure, const std::optional<double>& value, TimeUnit unit) {
  if (!value) return "-";
  if (figure == Figure::failures) return report::ratio_text(*value);
  if (figure == Figure::rate) return report::quantity_text(*value);
  return report::time_text(*value * 1000, unit);
}

/// "+5.2%"; of failures in percentage points, because 0 to 1 % has no ratio.
std::string change_text(Figure figure, double change) {
  const double percent = change * 100;
  const int decimals = std::abs(percent) < 9.95 ? (figure == Figure::failures ? 2 : 1) : 0;
  std::string number = fmt::format("{:+.{}f}", percent, decimals);
  if (number.find_first_of("123456789") == std::string::npos) number.erase(0, 1);  // nothing has no sign
  return number + (figure == Figure::failures ? "pp" : "%");
}

Tone tone_of(Word word) {
  switch (word) {
    case Word::worse:
      return Tone::bad;
    case Word::better:
      return Tone::good;
    case Word::undecided:
      return Tone::caution;
    default:
      return Tone::faint;
  }
}

std::string title_of(const EndpointComparison& row) {
  return report::printable(row.method.empty() ? row.name : row.method + " " + row.name);
}

Row row_of(const FigureVerdict& verdict, TimeUnit unit) {
  Row row{.endpoint = {},
          .figure = std::string(name_of(verdict.figure)),
          .first = value_text(verdict.figure, verdict.first, unit),
          .second = value_text(verdict.figure, verdict.second, unit),
          .change = "-",
          .interval = {},
          .word = std::string(word_of(verdict.figure, verdict.word)),
          .reason = {},
          .tone = tone_of(verdict.word)};
  if (verdict.change) {
    row.change = change_text(verdict.figure, verdict.change->value);
    if (verdict.change->low < verdict.change->high)
      row.interval = fmt::format("{} to {}", change_text(verdict.figure, verdict.change->low),
                                 change_text(verdict.figure, verdict.change->high));
  } else if (verdict.first && verdict.second && *verdict.first > 0) {
    row.change = change_text(verdict.figure, *verdict.second / *verdict.first - 1);
  }
  if (row.interval.empty()) row.reason = report::printable(verdict.reason);  // else the interval says it
  return row;
}

/// "62% (58 to 66%)": the chance that a request of the second run took longer than one of the first.
Row chance_row(const Estimate& chance) {
  return {.endpoint = {},
          .figure = "chance of slower",
          .first = {},
          .second = {},
          .change = fmt::format("{:.0f}%", 100 * chance.value),
          .interval = fmt::format("{:.0f}% to {:.0f}%", 100 * chance.low, 100 * chance.high),
          .word = {},
          .reason = {},
          .tone = Tone::faint};
}

std::vector<Row> rows_of(const EndpointComparison& endpoint, TimeUnit unit) {
  std::vector<Row> rows;
  for (const FigureVerdict& verdict : endpoint.figures) {
    rows.push_back(row_of(verdict, unit));
    if (verdict.figure == Figure::bulk && endpoint.slower_probability)
      rows.push_back(chance_row(*endpoint.slower_probability));
  }
  rows.front().endpoint = title_of(endpoint);
  return rows;
}

bool changed(const EndpointComparison& endpoint) {
  return std::any_of(endpoint.figures.begin(), endpoint.figures.end(), [](const FigureVerdict& verdict) {
    return verdict.word == Word::worse || verdict.word == Word::better;
  });
}

std::vector<const EndpointComparison*> chosen(const Comparison& comparison, Shown shown) {
  constexpr std::size_t kFew = 12;
  std::vector<const EndpointComparison*> rows;
  for (const EndpointComparison& endpoint : comparison.endpoints)
    if (shown == Shown::all || comparison.endpoints.size() <= kFew || changed(endpoint) ||
        &endpoint == &comparison.endpoints.back())
      rows.push_back(&endpoint);
  return rows;
}

std::string percent_text(double ratio) { return fmt::format("{:g}%", 100 * ratio); }

Tone tone_of(Comparison::Verdict verdict) {
  switch (verdict) {
    case Comparison::Verdict::regression:
      return Tone::bad;
    case Comparison::Verdict::undecided:
    case Comparison::Verdict::no_data:
      return Tone::caution;
    default:
      return Tone::good;
  }
}

/// The figure that got worse by most, in a clause; empty when none did.
std::string worst_of(const Comparison& comparison) {
  const EndpointComparison* where = nullptr;
  const FigureVerdict* worst = nullptr;
  const auto size = [](const FigureVerdict& verdict) { return std::abs(verdict.change->value); };
  for (const EndpointComparison& endpoint : comparison.endpoints) {
    for (const FigureVerdict& verdict : endpoint.figures) {
      if (verdict.word != Word::worse || (worst != nullptr && size(verdict) <= size(*worst))) continue;
      where = &endpoint;
      worst = &verdict;
    }
  }
  if (worst == nullptr) return {};
  return fmt::format("{} {} {}", title_of(*where), name_of(worst->figure),
                     change_text(worst->figure, worst->change->value));
}

/// What the verdict's word means here.
std::string summary_of(const Comparison& comparison) {
  const auto& settings = comparison.settings;
  const std::string counts =
      fmt::format("{} worse, {} better, {} same, {} undecided, {} without data", comparison.count(Word::worse),
                  comparison.count(Word::better), comparison.count(Word::same), comparison.count(Word::undecided),
                  comparison.count(Word::no_data));
  const std::string margin =
      fmt::format("beyond {} (failures: {} points) at {} confidence", percent_text(settings.margin),
                  fmt::format("{:g}", 100 * settings.failure_margin), percent_text(settings.confidence));
  const std::string worst = worst_of(comparison);
  return fmt::format("figures {}: {}{}", margin, counts, worst.empty() ? "" : "; worst: " + worst);
}

std::string dependence_of(const Comparison& comparison) {
  return fmt::format("of requests that share a second's fate, {:.1f} (baseline) and {:.1f} (current) count as one",
                     comparison.design_effects.first, comparison.design_effects.second);
}

std::string run_text(const MeasuredRun& run) {
  std::string text = run.label;
  const std::size_t fraction = run.started.find('.');
  const std::string to_the_second = run.started.substr(0, fraction) + (fraction == std::string::npos ? "" : "Z");
  for (const std::string& part : {to_the_second, run.verdict, run.validity})
    if (!part.empty()) text += "  " + part;
  return report::printable(text);
}

bool has_conditions(const MeasuredRun& run) { return run.conditions != "{}"; }

std::string left_out(const Comparison& comparison, std::size_t shown) {
  return shown == comparison.endpoints.size()
             ? std::string()
             : fmt::format("{} endpoints without a change are left out; --all shows them",
                           comparison.endpoints.size() - shown);
}

/// A label and its text, broken at the look's width.
void add_fact(std::string& out, std::string_view label, const std::string& text, const Look& look) {
  constexpr std::size_t kLabel = 12;
  bool first = true;
  for (const std::string& line : report::wrapped(report::printable(text), look.width - std::min(look.width, kLabel))) {
    out += fmt::format("{:<{}}{}\n", first ? label : "", kLabel, line);
    first = false;
  }
}

/// A cell's text: what Markdown or HTML would take for their own is escaped.
std::string in_cell(const std::string& text) {
  std::string out;
  for (const char c : report::printable(text)) {
    if (std::string_view("\\`*_|[]<>&~").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string comparison_text(const MeasuredRun& first, const MeasuredRun& second, const Comparison& comparison,
                            Shown shown, const Look& look) {
  std::string out;
  add_fact(out, "baseline", run_text(first), look);
  add_fact(out, "current", run_text(second), look);
  const bool comparable = comparison.obstacles.empty(), known = has_conditions(first) && has_conditions(second);
  out += report::paint(!comparable ? "NOT COMPARABLE"
                       : known     ? "comparable: same conditions and host"
                                   : "conditions unknown: make sure both ran alike",
                       !comparable ? Tone::bad
                       : known     ? Tone::good
                                   : Tone::caution,
                       look) +
         "\n";
  for (const std::string& obstacle : comparison.obstacles) add_fact(out, "  because", obstacle, look);
  for (const std::string& remark : comparison.remarks) add_fact(out, "  note", remark, look);
  add_fact(out, "  note", dependence_of(comparison), look);
  const std::vector<const EndpointComparison*> rows = chosen(comparison, shown);
  TextTable table({{.title = "Endpoint", .left = true, .importance = 100, .width_min = 8, .elastic = true},
                   {.title = "", .left = true, .importance = 100},
                   {.title = "baseline", .importance = 70},
                   {.title = "current", .importance = 90},
                   {.title = "change", .importance = 98},
                   {.title = percent_text(comparison.settings.confidence) + " interval", .importance = 60},
                   {.title = "verdict", .left = true, .importance = 100},
                   {.title = "", .left = true, .importance = 20}});
  for (const EndpointComparison* endpoint : rows) {
    if (endpoint != rows.front()) table.add_rule();
    for (Row& row : rows_of(*endpoint, look.time_unit))
      table.add_row({{row.endpoint},
                     {row.figure},
                     {row.first},
                     {row.second},
                     {row.change},
                     {row.interval, Tone::faint},
                     {row.word, row.tone},
                     {row.reason, Tone::faint}});
  }
  out += fmt::format("{}\n", fmt::join(table.lines(look), "\n"));
  if (const std::string text = left_out(comparison, rows.size()); !text.empty()) out += text + "\n";
  const std::string word(name_of(comparison.verdict));
  const std::vector<std::string> lines = report::wrapped(word + ": " + summary_of(comparison), look.width);
  out += "\n" + report::paint(word, tone_of(comparison.verdict), look) + lines.front().substr(word.size()) + "\n";
  for (std::size_t line = 1; line < lines.size(); ++line) out += lines[line] + "\n";
  return out;
}

std::string comparison_markdown(const MeasuredRun& first, const MeasuredRun& second, const Comparison& comparison,
                                Shown shown) {
  std::string out =
      fmt::format("### Load test: {}\n\n{}\n\n- baseline: {}\n- current: {}\n", name_of(comparison.verdict),
                  in_cell(summary_of(comparison)), in_cell(run_text(first)), in_cell(run_text(second)));
  if (!comparison.obstacles.empty()) out += "- **not comparable**\n";
  for (const std::string& obstacle : comparison.obstacles) out += fmt::format("  - {}\n", in_cell(obstacle));
  for (const std::string& remark : comparison.remarks) out += fmt::format("- {}\n", in_cell(remark));
  out += fmt::format("- {}\n\n", in_cell(dependence_of(comparison)));
  out += fmt::format(
      "| Endpoint | Figure | Baseline | Current | Change | {} interval | Verdict |\n"
      "| :-- | :-- | --: | --: | --: | --: | :-- |\n",
      percent_text(comparison.settings.confidence));
  const std::vector<const EndpointComparison*> rows = chosen(comparison, shown);
  for (const EndpointComparison* endpoint : rows) {
    for (const Row& row : rows_of(*endpoint, TimeUnit::automatic)) {
      const bool loud = row.tone == Tone::bad || row.tone == Tone::good;
      out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", in_cell(row.endpoint), in_cell(row.figure),
                         in_cell(row.first), in_cell(row.second), in_cell(row.change), in_cell(row.interval),
                         loud ? "**" + row.word + "**" : in_cell(row.word));
    }
  }
  if (const std::string text = left_out(comparison, rows.size()); !text.empty()) out += "\n" + in_cell(text) + "\n";
  return out;
}

}  // namespace thresher::cli
