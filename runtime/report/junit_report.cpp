#include "report/junit_report.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "report/end_report.h"
#include "report/failure_table.h"
#include "report/html_markup.h"
#include "report/number_text.h"
#include "report/threshold_text.h"

namespace thresher::report {
namespace {

struct Failure {
  std::string type, message;
  std::string text = {};  ///< what else helps, perhaps in several lines
};

struct TestCase {
  std::string name;
  std::optional<Failure> failure = {};
  std::string output = {};  ///< of a case that passed: what is worth knowing all the same
};

struct Suite {
  std::string name;
  std::vector<TestCase> cases = {};

  std::size_t failures() const {
    std::size_t count = 0;
    for (const TestCase& each : cases) count += each.failure ? 1 : 0;
    return count;
  }
};

Suite validity_suite(const engine::Validity& validity) {
  std::vector<std::string> reasons;
  for (const engine::Validity::Reason& reason : validity.reasons) reasons.push_back(reason.text);
  TestCase valid{"the generator was not the limit"};
  std::string why = fmt::format("{}", fmt::join(reasons, "\n"));
  if (validity.state == engine::ValidityState::invalid)
    valid.failure =
        Failure{"INVALID", reasons.empty() ? "the measurement is invalid" : reasons.front(), std::move(why)};
  else
    valid.output = std::move(why);
  return {"validity", {std::move(valid)}};
}

Suite threshold_suite(const engine::Snapshot& snapshot) {
  Suite suite{"thresholds"};
  for (const metrics::ThresholdVerdict& verdict : *snapshot.thresholds) {
    const std::string observed = threshold_observed(verdict, *snapshot.totals);
    TestCase threshold{threshold_name(*verdict.threshold)};
    if (verdict.state == metrics::ThresholdState::pass)
      threshold.output = "observed " + observed;
    else if (verdict.state == metrics::ThresholdState::fail)
      threshold.failure = Failure{"FAILED", "observed " + observed, verdict.threshold->where};
    else
      threshold.failure = Failure{"NO_DATA", "nothing to judge", verdict.threshold->where};
    suite.cases.push_back(std::move(threshold));
  }
  return suite;
}

Suite check_suite(const metrics::Totals& totals) {
  Suite suite{"checks"};
  for (const CheckRow& row : make_check_table(totals)) {
    const std::uint64_t all = row.passes + row.fails;
    TestCase check{row.group.empty() ? row.name : fmt::format("{}::{}", row.group, row.name)};
    if (row.fails > 0) {
      const double share = static_cast<double>(row.fails) / static_cast<double>(all);
      check.failure = Failure{"FAILED", fmt::format("false {} of {} times ({})", count_text(row.fails), count_text(all),
                                                    ratio_text(share))};
    } else {
      check.output = fmt::format("true {} times", count_text(all));
    }
    suite.cases.push_back(std::move(check));
  }
  return suite;
}

/// The witnesses of one check, as far as they were kept.
std::string witnesses_of(const Judgement& judgement, const Judgement::Check& check) {
  std::string text;
  for (const Judgement::Violation& violation : judgement.violations) {
    if (violation.validator == check.validator && violation.check == check.name)
      text += fmt::format("{}:\n{}\n", violation.subject, violation.witness);
  }
  return text;
}

Suite oracle_suite(const Judgement& judgement) {
  Suite suite{"oracle"};
  for (const Judgement::Check& check : judgement.checks) {
    TestCase judged{fmt::format("{} {}", check.validator, check.name)};
    const bool is_wrong = check.word == Judgement::Word::fail || check.violations > 0;
    if (is_wrong) {
      const std::string counts =
          fmt::format("{} wrong of {} observed", count_text(check.violations), count_text(check.observations));
      judged.failure = Failure{"WRONG", check.summary.empty() ? counts : fmt::format("{}: {}", counts, check.summary),
                               witnesses_of(judgement, check)};
    } else {
      judged.output = fmt::format("{}: {}", name_of(check.word), check.summary);
    }
    suite.cases.push_back(std::move(judged));
  }
  for (const std::string& validator : judgement.without_verdict())
    suite.cases.push_back({validator + " has a verdict", Failure{"NO_DATA", "it saw nothing, or could not judge"}});
  for (const std::string& problem : judgement.problems)
    suite.cases.push_back({"the validators could judge", Failure{"NO_DATA", problem}});
  return suite;
}

Suite run_suite(const Verdict& verdict) {
  TestCase ended{"exit code 0"};
  if (verdict.exit_code == 0)
    ended.output = verdict.line();
  else
    ended.failure = Failure{verdict.word, fmt::format("exit code {}: {}", verdict.exit_code, verdict.text),
                            fmt::format("{}", fmt::join(verdict.also, "\n"))};
  return {"run", {std::move(ended)}};
}

std::string case_text(const TestCase& of, std::string_view suite) {
  std::string text = fmt::format("    <testcase classname=\"thresher.{}\" name=\"{}\"", suite, markup_escaped(of.name));
  if (of.failure) {
    return text + fmt::format(">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
                              markup_escaped(of.failure->type), markup_escaped(of.failure->message),
                              markup_escaped(of.failure->text));
  }
  if (of.output.empty()) return text + "/>\n";
  return text + fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n", markup_escaped(of.output));
}

/// Everything but the suite of the run itself, whose verdict needs the summary.
std::vector<Suite> suites_of(const RunDescription& run, const engine::Snapshot& snapshot) {
  std::vector<Suite> suites;
  if (snapshot.elapsed.count() > 0) suites.push_back(validity_suite(snapshot.validity));  // else nothing was measured
  suites.push_back(threshold_suite(snapshot));
  suites.push_back(check_suite(*snapshot.totals));
  if (run.judgement != nullptr) suites.push_back(oracle_suite(*run.judgement));
  return suites;
}

std::string properties(const RunDescription& run) {
  std::string text = "    <properties>\n";
  const std::pair<std::string_view, std::string> all[] = {{"command", reproduction_of(run)},
                                                          {"seed", std::to_string(run.plan->seed)},
                                                          {"thresher", run.version},
                                                          {"run", id_of(run)}};
  for (const auto& [name, value] : all)
    text += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, markup_escaped(value));
  return text + "    </properties>\n";
}

std::string document(const RunDescription& run, const RunFacts& facts, std::vector<Suite> suites,
                     const engine::RunSummary& summary) {
  suites.insert(suites.begin(), run_suite(judge(facts, summary)));
  std::size_t tests = 0, failures = 0;
  for (const Suite& suite : suites) {
    tests += suite.cases.size();
    failures += suite.failures();
  }
  const std::string seconds = fmt::format("{:.3f}", to_seconds(summary.elapsed));
  const std::string started = format_wall_time(std::chrono::floor<std::chrono::seconds>(summary.started));
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"thresher\" tests=\"{}\" failures=\"{}\" "
      "errors=\"0\" time=\"{}\">\n",
      tests, failures, seconds);
  for (const Suite& suite : suites) {
    // The time is the run's: its cases were judged together, and adding it up would be wrong.
    const bool is_run = suite.name == "run";
    text += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{}\" "
        "timestamp=\"{}\">\n",
        suite.name, suite.cases.size(), suite.failures(), is_run ? seconds : "0", started);
    if (is_run) text += properties(run);
    for (const TestCase& each : suite.cases) text += case_text(each, suite.name);
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

class JunitFile final : public JunitReport {
 public:
  JunitFile(std::filesystem::path path, const RunDescription& run) : path_(std::move(path)), run_(run) {}

  void on_finish(const engine::Snapshot& snapshot) override {
    facts_ = facts_of(snapshot, run_.judgement);
    suites_ = suites_of(run_, snapshot);
  }

  Result<void> conclude(const engine::RunSummary& summary) override {
    return write_file(path_, document(run_, facts_, std::move(suites_), summary));
  }

  std::vector<std::filesystem::path> files() const override { return {path_}; }

 private:
  std::filesystem::path path_;
  const RunDescription& run_;
  RunFacts facts_;
  std::vector<Suite> suites_;
};

}  // namespace

Result<std::unique_ptr<JunitReport>> JunitReport::open(const std::filesystem::path& path, const RunDescription& run) {
  if (Result<void> writable = check_writable(path); !writable) return fail(std::move(writable.error()));
  return std::make_unique<JunitFile>(path, run);
}

std::string junit_report_text(const RunDescription& run, const engine::Snapshot& snapshot,
                              const engine::RunSummary& summary) {
  return document(run, facts_of(snapshot, run.judgement), suites_of(run, snapshot), summary);
}

}  // namespace thresher::report
