#include "report/judgement_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/number_text.h"

namespace thresher::report {
namespace {

/// Of one check of one validator: more would hide the other checks.
constexpr std::size_t kShownOfACheck = 2;

Tone tone_of(Judgement::Word word) {
  switch (word) {
    case Judgement::Word::pass:
      return Tone::good;
    case Judgement::Word::fail:
      return Tone::bad;
    default:
      return Tone::caution;
  }
}

void add_wrapped(Lines& lines, std::size_t indent, std::string_view text, const Look& look, Tone tone = Tone::plain) {
  const std::size_t room = look.width > indent + 20 ? look.width - indent : 20;
  for (const std::string& line : wrapped(printable(text), room))
    lines.push_back(std::string(indent, ' ') + paint(line, tone, look));
}

void add_violations(Lines& lines, const Judgement& judgement, const Look& look) {
  std::map<std::pair<std::string, std::string>, std::size_t> shown;
  for (const Judgement::Violation& violation : judgement.violations) {
    if (++shown[{violation.validator, violation.check}] > kShownOfACheck) continue;
    lines.emplace_back();
    const std::string at =
        violation.at < Nanoseconds{} ? std::string() : fmt::format(", seen at {:.3f} s", to_seconds(violation.at));
    add_wrapped(lines, 2, fmt::format("{} {}: {}{}", violation.validator, violation.check, violation.subject, at), look,
                Tone::bad);
    for (const std::string& line : split(violation.witness, "\n")) add_wrapped(lines, 6, line, look);
  }
  std::uint64_t seen = 0;
  for (const auto& [check, count] : shown) seen += std::min(count, kShownOfACheck);
  if (judgement.violation_count > seen) {
    lines.emplace_back();
    add_wrapped(lines, 2,
                fmt::format("{} more; --json FILE holds the first {}, `thresher validate` on --history FILE all",
                            count_text(judgement.violation_count - seen), Judgement::kViolationsKept),
                look, Tone::faint);
  }
}

}  // namespace

Lines judgement_lines(const Judgement& judgement, const Look& look) {
  TextTable table({{.title = "Validator", .left = true, .importance = 40},
                   {.title = "Check", .left = true},
                   {.title = "Verdict", .left = true},
                   {.title = "Observed", .importance = 60},
                   {.title = "Wrong", .importance = 70},
                   {.title = "Summary", .left = true, .importance = 50, .width_min = 20, .elastic = true}});
  for (const Judgement::Check& check : judgement.checks) {
    table.add_row({{printable(check.validator)},
                   {printable(check.name)},
                   {std::string(name_of(check.word)), tone_of(check.word)},
                   {count_text(check.observations)},
                   {count_text(check.violations), check.violations > 0 ? Tone::bad : Tone::plain},
                   {printable(check.summary)}});
  }
  Lines lines;
  if (!judgement.checks.empty()) lines = table.lines(look);
  for (const std::string& problem : judgement.problems)
    add_wrapped(lines, 2, "could not judge: " + problem, look, Tone::bad);
  add_violations(lines, judgement, look);
  return lines;
}

std::string judgement_headline(const Judgement& judgement, const Look& look) {
  const std::uint64_t count = judgement.violation_count;
  if (count == 0) return {};
  return paint(fmt::format("{} violation{}", count_text(count), count == 1 ? "" : "s"), Tone::bad, look);
}

}  // namespace thresher::report
