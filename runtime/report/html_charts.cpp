#include "report/html_charts.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <span>

#include "report/number_text.h"

namespace thresher::report {
namespace {

struct Line {
  std::string_view column, title, colour;  ///< of html_chart_data(); as people call it; a class of page.css
};

struct Chart {
  std::string_view title;
  std::vector<Line> lines;
  bool of_times = false;
};

/// Locust's three, in its order, with what else belongs on the same axis.
std::vector<Chart> charts_of(bool open_model) {
  std::vector<Chart> charts = {
      {"Requests per second", {{"requests_per_s", "Requests/s", "c1"}, {"failures_per_s", "Failures/s", "c2"}}},
      {"Response times (ms)", {{"p50_ms", "50%", "c3"}, {"p95_ms", "95%", "c4"}, {"p99_ms", "99%", "c5"}}, true}};
  if (open_model) {
    charts.push_back({"Iterations in flight", {{"in_flight", "In flight", "c3"}}});
    charts.push_back(
        {"Arrivals per second", {{"iterations_per_s", "Ended/s", "c1"}, {"dropped_per_s", "Dropped/s", "c2"}}});
  } else {
    charts.push_back({"Number of users", {{"users", "Users", "c3"}, {"in_flight", "Iterations in progress", "c4"}}});
    charts.push_back({"Iterations per second", {{"iterations_per_s", "Iterations/s", "c1"}}});
  }
  return charts;
}

std::string legend_button(std::string_view title, std::string_view colour, std::string_view more = {}) {
  return fmt::format("<button type=\"button\" class=\"{}\" aria-pressed=\"true\"{}><i></i>{}<b></b></button>\n", colour,
                     more, title);
}

/// Beside lines of times: one slow second presses all others onto a linear scale.
constexpr std::string_view kScaleButton =
    "<button type=\"button\" class=\"scale\" aria-pressed=\"false\">Log scale</button>\n";

std::string frame(std::string_view title, std::string_view attributes, std::string_view legend) {
  return fmt::format(
      "<figure class=\"chart\"{}>\n<figcaption><h3>{}</h3><span class=\"at\"></span></figcaption>\n"
      "<div class=\"legend\">\n{}</div>\n<div class=\"plot\" role=\"img\" aria-label=\"{} over time, drawn; the "
      "figures stand in the tables\"></div>\n</figure>\n",
      attributes, title, legend, title);
}

/// The endpoints beside "all requests"; in the open model also what counts from the due time.
std::string spectrum_frame(bool open_model, const RequestTable& table) {
  std::string legend = legend_button("All requests", "c1", " data-row=\"0\"");
  if (open_model) {
    legend += legend_button("Iteration, from due", "c2", " data-row=\"1\"");
    legend += legend_button("Iteration, from started", "c3", " data-row=\"2\"");
  }
  legend += legend_button("One endpoint:", "c5");
  legend += "<select aria-label=\"Endpoint\">\n<option value=\"\">none</option>\n";
  std::size_t row = open_model ? 3 : 1;
  for (const RequestRow& endpoint : table.rows) {
    legend +=
        fmt::format("<option value=\"{}\">{}</option>\n", row++, markup_escaped(endpoint.method + " " + endpoint.name));
  }
  legend += fmt::format("</select>\n{}", kScaleButton);
  return frame("Response time by percentile (ms)", "", legend);
}

/// A percentile's row of the chart, in milliseconds.
Json spectrum_row(const metrics::Histogram& histogram, std::span<const double> percentiles) {
  Json row = Json::array();
  for (const double percentile : percentiles) {
    constexpr double kRounding = 1e-6;  // 100 - 99.9 is a little less than 0.1
    if (static_cast<double>(histogram.count()) * (100 - percentile) < 100 - kRounding) break;
    row.push_back(json_rounded(static_cast<double>(histogram.value_at_percentile(percentile)) / 1000));
  }
  return row;
}

/// Some twenty to each nine: enough for a smooth line, and little enough for 300 endpoints.
constexpr auto kSpectrum = [] {
  constexpr std::array kWithinANine = {0.,  10., 20.,  30., 40.,  45., 50., 55., 60., 65.,
                                       70., 75., 77.5, 80., 82.5, 84., 86., 87., 88., 89.};
  constexpr std::size_t kNines = 6;
  std::array<double, kWithinANine.size() * kNines> all{};
  double distance = 1, done = 0;  // after n nines: 0, 90, 99, ...
  for (std::size_t nine = 0; nine < kNines; ++nine) {
    for (std::size_t i = 0; i < kWithinANine.size(); ++i)
      all[nine * kWithinANine.size() + i] = done + kWithinANine[i] * distance;
    done += 90 * distance;
    distance /= 10;
  }
  return all;
}();

}  // namespace

HtmlSection html_charts(const profile::Plan& plan, const SecondSeries& seconds, const RequestTable& table) {
  HtmlSection section{"charts", "Charts", {}};
  if (seconds.elapsed_s.empty()) {
    section.body = "<p class=\"faint\">No load was sent.</p>\n";
    return section;
  }
  const bool open_model = profile::is_open_model(plan.executor);
  section.body = "<div class=\"charts\">\n";
  for (const Chart& chart : charts_of(open_model)) {
    std::string columns, legend;
    for (const Line& line : chart.lines) {
      columns += fmt::format("{}{}", columns.empty() ? "" : " ", line.column);
      legend += legend_button(line.title, line.colour);
    }
    if (chart.of_times) legend += kScaleButton;
    section.body += frame(chart.title, fmt::format(" data-columns=\"{}\"", columns), legend);
  }
  section.body += spectrum_frame(open_model, table) + "</div>\n";
  return section;
}

Json html_chart_data(const profile::Plan& plan, const engine::Snapshot& snapshot, const SecondSeries& seconds,
                     const RequestTable& table, WallTime began) {
  constexpr double kShortest_s = 0.5;
  Json elapsed = Json::array(), columns = Json::object();
  for (const char* name : {"requests_per_s", "failures_per_s", "p50_ms", "p95_ms", "p99_ms", "users", "in_flight",
                           "iterations_per_s", "dropped_per_s"})
    columns[name] = Json::array();
  const std::size_t points = seconds.elapsed_s.size();
  double until = 0;
  for (std::size_t i = 0; i < points; ++i) {
    // The last interval may be a fraction of a second: its counts belong to the one before.
    const bool takes_rest = i + 2 == points && seconds.elapsed_s[i + 1] - seconds.elapsed_s[i] < kShortest_s;
    const std::size_t last = takes_rest ? i + 1 : i;
    const double span = seconds.elapsed_s[last] - until;
    const auto rate = [&](const std::vector<std::uint64_t>& counts) {
      const std::uint64_t sum = counts[i] + (takes_rest ? counts[last] : 0);
      return span > 0 ? json_rounded(static_cast<double>(sum) / span) : Json(nullptr);
    };
    const auto time = [i](const std::vector<std::optional<double>>& values) {
      return values[i] ? json_rounded(*values[i]) : Json(nullptr);
    };
    elapsed.push_back(json_rounded(seconds.elapsed_s[i]));
    columns["requests_per_s"].push_back(rate(seconds.requests));
    columns["failures_per_s"].push_back(rate(seconds.failures));
    columns["iterations_per_s"].push_back(rate(seconds.iterations));
    columns["dropped_per_s"].push_back(rate(seconds.dropped));
    columns["p50_ms"].push_back(time(seconds.p50_ms));
    columns["p95_ms"].push_back(time(seconds.p95_ms));
    columns["p99_ms"].push_back(time(seconds.p99_ms));
    columns["users"].push_back(seconds.users[i]);
    columns["in_flight"].push_back(seconds.in_flight[i]);
    until = seconds.elapsed_s[i];
    if (takes_rest) break;
  }
  Json percentiles = Json::array(), rows = Json::array();
  for (const double percentile : kSpectrum) percentiles.push_back(json_rounded(percentile));
  const metrics::Totals& totals = *snapshot.totals;
  rows.push_back(spectrum_row(table.aggregated.duration, kSpectrum));
  if (profile::is_open_model(plan.executor)) {
    rows.push_back(spectrum_row(totals.aggregate("iteration_response_time").trend, kSpectrum));
    rows.push_back(spectrum_row(totals.aggregate("iteration_duration").trend, kSpectrum));
  }
  for (const RequestRow& row : table.rows) rows.push_back(spectrum_row(row.duration, kSpectrum));
  return {{"began_ms", std::chrono::duration_cast<std::chrono::milliseconds>(began.time_since_epoch()).count()},
          {"elapsed_s", std::move(elapsed)},
          {"columns", std::move(columns)},
          {"spectrum", {{"percentiles", std::move(percentiles)}, {"rows", std::move(rows)}}}};
}

}  // namespace thresher::report
