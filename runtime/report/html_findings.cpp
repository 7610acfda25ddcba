#include "report/html_findings.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "base/text.h"
#include "report/end_report.h"
#include "report/failure_table.h"
#include "report/number_text.h"
#include "report/request_table.h"
#include "report/threshold_text.h"

namespace thresher::report {
namespace {

using Kind = HtmlTable::Kind;

Mood mood_of(engine::ValidityState state) {
  switch (state) {
    case engine::ValidityState::valid:
      return Mood::good;
    case engine::ValidityState::degraded:
      return Mood::caution;
    default:
      return Mood::bad;
  }
}

std::string to_the_second(WallTime time) { return format_wall_time(std::chrono::floor<std::chrono::seconds>(time)); }

std::string paragraph(std::string_view text, Mood mood = Mood::plain) {
  return fmt::format("<p class=\"{}\">{}</p>\n", class_of(mood), markup_escaped(text));
}

std::uint64_t counted(const metrics::Totals& totals, const char* metric) {
  return static_cast<std::uint64_t>(std::llround(totals.aggregate(metric).counter.sum));
}

std::string tile(std::string_view title, std::string_view figure, std::string_view beneath) {
  return fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>\n", title, figure, beneath);
}

std::string fact(std::string_view title, std::string_view text, bool code = false) {
  const std::string escaped = markup_escaped(text);
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", title, code ? fmt::format("<code>{}</code>", escaped) : escaped);
}

std::string details(std::string_view title, std::string_view text) {
  return fmt::format("<details><summary>{}</summary><pre>{}</pre></details>\n", title, markup_escaped(text));
}

}  // namespace

Mood mood_of(const Verdict& verdict) {
  if (verdict.exit_code == 0) return verdict.word == "FINISHED" ? Mood::plain : Mood::good;
  return verdict.exit_code == 105 || verdict.exit_code == 122 ? Mood::caution : Mood::bad;
}

HtmlSection html_verdict(const Verdict& verdict, const engine::RunSummary& summary) {
  const Mood mood = mood_of(verdict);
  HtmlSection section{"verdict", "Verdict", {}, mood};
  section.body = fmt::format("<h2 class=\"{}\">{}</h2>\n", class_of(mood), markup_escaped(verdict.word));
  section.body += paragraph(verdict.text);
  for (const std::string& also : verdict.also) section.body += paragraph("Also " + also);
  if (summary.stop != engine::StopReason::completed) {
    const std::string_view why = summary.stop_text.empty() ? engine::name_of(summary.stop) : summary.stop_text;
    section.body += paragraph(fmt::format("Stopped after {}: {}", clock_text(summary.elapsed), why));
  }
  if (summary.interrupted_iterations > 0) {
    section.body += paragraph(fmt::format("{} iteration{} still running when time was up",
                                          count_text(summary.interrupted_iterations),
                                          summary.interrupted_iterations == 1 ? " was" : "s were"));
  }
  section.body +=
      paragraph(fmt::format("Exit code {} · {} to {} · {}", verdict.exit_code, to_the_second(summary.started),
                            to_the_second(summary.finished), clock_text(summary.elapsed)));
  return section;
}

std::string html_key_figures(const profile::Plan& plan, const engine::Snapshot& snapshot) {
  const metrics::Totals& totals = *snapshot.totals;
  const RequestTable table = make_request_table(totals, snapshot.elapsed);
  const RequestRow& all = table.aggregated;
  const auto time = [&all](double percentile) {
    if (all.duration.count() == 0) return std::string("–");
    return time_text(static_cast<double>(all.duration.value_at_percentile(percentile)), TimeUnit::automatic, " ");
  };
  std::string html = "<dl class=\"tiles\">\n";
  html += tile("Requests", count_text(all.requests), quantity_text(all.requests_per_s) + " per second");
  html += tile("Failed", ratio_text(all.failure_ratio()), count_text(all.failures) + " requests");
  html += tile("Median", time(50), "request duration");
  html += tile("95%", time(95), "request duration");
  html += tile("99%", time(99), "worst " + time(100));
  if (profile::is_open_model(plan.executor)) {
    const std::uint64_t dropped = counted(totals, "dropped_iterations");
    html +=
        tile("Dropped", count_text(dropped), "of " + count_text(dropped + counted(totals, "iterations")) + " arrivals");
  } else {
    html += tile("Users", count_text(snapshot.users_most), "at most");
  }
  const std::uint64_t iterations = counted(totals, "iterations");
  const double per_s =
      snapshot.elapsed.count() > 0 ? static_cast<double>(iterations) / to_seconds(snapshot.elapsed) : 0;
  html += tile("Iterations", count_text(iterations), quantity_text(per_s) + " per second");
  html += tile("Load", clock_text(snapshot.elapsed),
               snapshot.planned.count() > 0 ? "of " + clock_text(snapshot.planned) + " planned" : "no end was planned");
  return html + "</dl>\n";
}

HtmlSection html_validity(const engine::Validity& validity) {
  const Mood mood = mood_of(validity.state);
  HtmlSection section{"validity", "Validity", {}};
  section.body = "<p>" + html_word(engine::name_of(validity.state), mood) + " ";
  section.body += validity.state == engine::ValidityState::valid
                      ? "The generator kept up: the figures are the target's."
                      : "What the generator itself adds to the figures:";
  section.body += "</p>\n";
  for (const engine::Validity::Reason& reason : validity.reasons)
    section.body += fmt::format("<p>{} {}</p>\n", html_word(engine::name_of(reason.state), mood_of(reason.state)),
                                markup_escaped(reason.text));
  for (const std::string& remark : validity.remarks) section.body += paragraph("Note: " + remark);
  return section;
}

std::optional<HtmlSection> html_warning_signs(const std::vector<std::string>& signs) {
  if (signs.empty()) return std::nullopt;
  HtmlSection section{"warning-signs", "Warning signs", {}};
  for (const std::string& sign : signs)
    section.body += fmt::format("<p>{} {}</p>\n", html_word("LOOK", Mood::caution), markup_escaped(sign));
  return section;
}

HtmlSection html_thresholds(const engine::Snapshot& snapshot) {
  HtmlSection section{"thresholds", "Thresholds", "<p class=\"faint\">No threshold was set.</p>\n"};
  if (snapshot.thresholds->empty()) return section;
  HtmlTable rows("Thresholds", "thresholds",
                 {{"State", Kind::word},
                  {"Metric", Kind::name},
                  {"Expected", Kind::word},
                  {"Observed", Kind::text},
                  {"Samples"},
                  {"Defined in", Kind::word}});
  for (const metrics::ThresholdVerdict& verdict : *snapshot.thresholds) {
    const metrics::Threshold& threshold = *verdict.threshold;
    const bool judged = verdict.state != metrics::ThresholdState::no_data;
    const bool held = verdict.state == metrics::ThresholdState::pass;
    rows.add_row({{.text = held     ? "PASS"
                           : judged ? "FAIL"
                                    : "NO_DATA",
                   .mood = held     ? Mood::good
                           : judged ? Mood::bad
                                    : Mood::caution},
                  {threshold.selector.text},
                  {threshold.expression.text},
                  {threshold_observed(verdict, *snapshot.totals)},
                  count_cell(verdict.samples),
                  {threshold.where}});
  }
  section.body = rows.html();
  return section;
}

std::optional<HtmlSection> html_checks(const metrics::Totals& totals) {
  const std::vector<CheckRow> checks = make_check_table(totals);
  if (checks.empty()) return std::nullopt;
  HtmlTable rows(
      "Checks", "checks",
      {{"State", Kind::word}, {"Check", Kind::name}, {"Group", Kind::text}, {"Passes"}, {"Fails"}, {"Passed"}});
  for (const CheckRow& row : checks) {
    const auto all = static_cast<double>(row.passes + row.fails);
    const double ratio = all > 0 ? static_cast<double>(row.passes) / all : 0;
    const bool held = row.fails == 0;
    rows.add_row({{.text = held ? "PASS" : "FAIL", .mood = held ? Mood::good : Mood::bad},
                  {row.name},
                  {row.group},
                  count_cell(row.passes),
                  count_cell(row.fails, held ? Mood::plain : Mood::bad),
                  {ratio_text(ratio), ratio}});
  }
  return HtmlSection{"checks", "Checks", rows.html()};
}

std::optional<HtmlSection> html_lateness(const profile::Plan& plan, const metrics::Totals& totals) {
  if (!profile::is_open_model(plan.executor)) return std::nullopt;
  constexpr double kShown[] = {50, 90, 95, 99, 99.9, 100};
  std::vector<HtmlTable::Column> columns = {{"Time", Kind::name}, {"Counted", Kind::word}};
  for (const double percentile : kShown) columns.push_back({percentile_title(percentile) + " (ms)"});
  HtmlTable rows("Iterations", "times", std::move(columns));
  struct Time {
    const char *title, *counted, *metric;
  };
  for (const Time& time : {Time{"Lateness", "from due to started", "iteration_lateness"},
                           Time{"Service time", "from started to ended", "iteration_duration"},
                           Time{"Response time", "from due to ended", "iteration_response_time"}}) {
    const metrics::Histogram histogram = totals.aggregate(time.metric).trend;
    std::vector<HtmlCell> cells = {{time.title}, {time.counted}};
    for (const double percentile : kShown) {
      if (histogram.count() == 0)
        cells.push_back({"N/A", -1});
      else
        cells.push_back(milliseconds_cell(static_cast<double>(histogram.value_at_percentile(percentile))));
    }
    rows.add_row(std::move(cells));
  }
  const std::uint64_t dropped = counted(totals, "dropped_iterations");
  const std::uint64_t due = dropped + counted(totals, "iterations");
  const double ratio = due > 0 ? static_cast<double>(dropped) / static_cast<double>(due) : 0;
  return HtmlSection{
      "lateness", "Lateness",
      rows.html() + paragraph(fmt::format("{} of {} arrivals dropped ({}): nobody was free to take them.",
                                          count_text(dropped), count_text(due), ratio_text(ratio)),
                              dropped > 0 ? Mood::caution : Mood::faint)};
}

HtmlSection html_environment(const RunDescription& run) {
  std::string body = "<dl class=\"facts\">\n" + fact("Repeat", reproduction_of(run), true);
  body += fact("Seed", std::to_string(run.plan->seed));
  body += fact("Target", run.host.empty() ? "as the scenarios say" : run.host);
  if (!run.plan->profile.empty()) body += fact("Profile", run.plan->profile);
  body += fact("Kind", run.rehearsal ? "rehearsal, in virtual time against stand-ins" : "real requests");
  body += fact("Created", to_the_second(run.created));
  body += fact("Run", id_of(run), true);
  body += fact("Thresher", run.version);
  std::string versions;
  for (const auto& [name, version] : run.dependencies)
    versions += fmt::format("{}{} {}", versions.empty() ? "" : ", ", name, version);
  body += fact("Built on", versions) + "</dl>\n";
  body += details("The plan", run.plan->text());
  return {"environment", "Environment", std::move(body)};
}

}  // namespace thresher::report
