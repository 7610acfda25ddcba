#include "opinion.h"

#include <fmt/format.h>

#include <algorithm>

namespace aoa {
namespace {

/// The document's table of thresholds.
constexpr double kCompletionPass = 0.95, kCompletionDegraded = 0.80, kRecoveryPass = 0.80, kRecoveryDegraded = 0.50;

}  // namespace

Opinion form_opinion(const Item& item, const Tally& sum, bool ended) {
  Opinion opinion;
  if (!ended) {
    opinion.summary = fmt::format("{} of {} workflows have ended.", item.ended_runs, item.runs.size());
    return opinion;
  }
  const double completion = sum.completion_rate(item.runs.size()), recovery = sum.recovery_rate();
  const auto check = [&](std::string_view name, double expected, double actual) {
    opinion.checks.push_back({name, expected, actual, actual >= expected});
  };
  check("completion_rate", item.expected.completion_rate, completion);
  check("chaos_recovery", item.expected.chaos_recovery_rate, recovery);
  check("task_completion", 0.9 * static_cast<double>(sum.tasks), static_cast<double>(sum.tasks_completed));
  const bool all_passed =
      std::all_of(opinion.checks.begin(), opinion.checks.end(), [](const auto& each) { return each.passed; });
  opinion.verdict = "DEGRADED";
  if (all_passed && completion >= kCompletionPass && recovery >= kRecoveryPass) opinion.verdict = "PASS";
  if (completion < kCompletionDegraded || recovery < kRecoveryDegraded) opinion.verdict = "FAIL";
  opinion.summary = fmt::format("{} of {} workflows completed; {} of {} chaos events recovered.",
                                sum.workflows_completed, item.runs.size(), sum.faults_recovered, sum.faults);
  return opinion;
}

void write_opinion(const Opinion& opinion, JsonWriter& json) {
  json.begin_object("validation").begin_array("checks");
  for (const Opinion::Check& check : opinion.checks) {
    json.begin_object().member("name", check.name).member("expected", check.expected);
    json.member("actual", check.actual).member("passed", check.passed).end_object();
  }
  json.end_array().end_object().member("verdict", opinion.verdict);
  json.begin_object("analysis").member("verdict", opinion.verdict);
  json.member("title", fmt::format("Stress Test {}", opinion.verdict == "PASS" ? "PASSED" : opinion.verdict));
  json.member("summary", opinion.summary).end_object();
}

}  // namespace aoa
