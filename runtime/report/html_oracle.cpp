#include <fmt/format.h>

#include "report/html_findings.h"
#include "report/number_text.h"

namespace thresher::report {
namespace {

using Kind = HtmlTable::Kind;

Mood mood_of(Judgement::Word word) {
  switch (word) {
    case Judgement::Word::pass:
      return Mood::good;
    case Judgement::Word::fail:
      return Mood::bad;
    default:
      return Mood::caution;
  }
}

std::string html_checks_of(const Judgement& judgement) {
  if (judgement.checks.empty()) return {};
  HtmlTable rows("Oracle checks", "checks",
                 {{"Verdict", Kind::word},
                  {"Check", Kind::name},
                  {"Validator", Kind::word},
                  {"Observed"},
                  {"Wrong"},
                  {"Summary", Kind::text}});
  for (const Judgement::Check& check : judgement.checks) {
    rows.add_row({{.text = std::string(name_of(check.word)), .mood = mood_of(check.word)},
                  {check.name},
                  {check.validator},
                  count_cell(check.observations),
                  count_cell(check.violations, check.violations > 0 ? Mood::bad : Mood::plain),
                  {check.summary}});
  }
  return rows.html();
}

/// A witness is what a person reads to believe it; its details stay folded.
std::string html_violation(const Judgement::Violation& violation) {
  const std::string at =
      violation.at < Nanoseconds{} ? std::string() : fmt::format(", seen at {:.3f} s", to_seconds(violation.at));
  std::string html = fmt::format("<article>\n<h3>{} {}: {}{}</h3>\n<pre>{}</pre>\n",
                                 markup_escaped(violation.validator), markup_escaped(violation.check),
                                 markup_escaped(violation.subject), at, markup_escaped(violation.witness));
  if (!violation.details.empty()) {
    html +=
        fmt::format("<details><summary>Details</summary><pre>{}</pre></details>\n", markup_escaped(violation.details));
  }
  return html + "</article>\n";
}

}  // namespace

HtmlSection html_oracle(const Judgement& judgement) {
  HtmlSection section{"oracle", "Oracle", html_checks_of(judgement)};
  for (const std::string& problem : judgement.problems)
    section.body += fmt::format("<p class=\"bad\">Could not judge: {}</p>\n", markup_escaped(problem));
  if (judgement.checks.empty() && judgement.problems.empty())
    section.body += "<p class=\"faint\">The validators had nothing to say.</p>\n";
  for (const Judgement::Violation& violation : judgement.violations) section.body += html_violation(violation);
  if (judgement.violation_count > judgement.violations.size()) {
    section.body += fmt::format(
        "<p>{} more; <code>thresher validate</code> on <code>--history FILE</code> shows all."
        "</p>\n",
        count_text(judgement.violation_count - judgement.violations.size()));
  }
  return section;
}

}  // namespace thresher::report
