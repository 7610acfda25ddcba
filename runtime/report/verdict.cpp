#include "report/verdict.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "report/number_text.h"
#include "report/threshold_text.h"

namespace thresher::report {
namespace {

struct Finding {
  int exit_code;
  const char* word;
  std::string text;
};

constexpr std::array kPrecedence = {109, 104, 107, 100, 121, 120, 108, 105, 110, 122, 99, 101};

std::string joined(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, "; ")); }

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::internal:
      return 109;
    case ErrorCode::script:
      return 107;
    case ErrorCode::timeout:
      return 100;
    case ErrorCode::cancelled:
      return 105;
    default:
      return 104;  // what a person wrote or what the machine has: nothing was sent
  }
}

void find_in_summary(const engine::RunSummary& summary, std::vector<Finding>& found) {
  using engine::StopReason;
  const auto text_or = [&summary](const char* otherwise) {
    if (summary.error) return to_text(*summary.error);
    return summary.stop_text.empty() ? std::string(otherwise) : summary.stop_text;
  };
  switch (summary.stop) {
    case StopReason::worker_failed: {
      const int code = summary.error ? exit_code_of(summary.error->code) : 109;
      found.push_back({code, "ERROR", text_or("a worker failed")});
      break;
    }
    case StopReason::setup_failed: {
      const int code = summary.error ? exit_code_of(summary.error->code) : 107;
      found.push_back({code, "ERROR", "setup failed: " + text_or("no reason given")});
      break;
    }
    case StopReason::setup_timed_out:
      found.push_back({100, "ERROR", text_or("setup timed out")});
      break;
    case StopReason::aborted_by_script:
      found.push_back({108, "ABORTED", "the script called abort: " + text_or("no reason given")});
      break;
    case StopReason::interrupted:
      found.push_back({105, "INTERRUPTED", "stopped after " + clock_text(summary.elapsed) + ", before its end"});
      break;
    default:
      if (summary.error) found.push_back({exit_code_of(summary.error->code), "ERROR", to_text(*summary.error)});
      break;
  }
  if (!summary.marked_failed.empty()) {
    found.push_back({110, "FAILED", "the script called fail: " + joined(summary.marked_failed)});
  }
  if (summary.teardown_timed_out) found.push_back({101, "ERROR", "teardown timed out"});
}

void find_in_facts(const RunFacts& facts, std::vector<Finding>& found) {
  if (facts.validity.state == engine::ValidityState::invalid) {
    std::vector<std::string> reasons;
    for (const engine::Validity::Reason& reason : facts.validity.reasons) {
      if (reason.state == engine::ValidityState::invalid) reasons.push_back(reason.text);
    }
    found.push_back({121, "INVALID", "the generator was the limit: " + joined(reasons)});
  }
  if (facts.oracle_violations > 0) {
    const auto count = static_cast<std::uint64_t>(std::llround(facts.oracle_violations));
    found.push_back(
        {120, "WRONG", fmt::format("the target gave {} wrong answer{}", count_text(count), count == 1 ? "" : "s")});
  }
  const auto of_thresholds = [&facts](std::size_t some) {
    return fmt::format("{} of {} threshold{}", some, facts.thresholds, facts.thresholds == 1 ? "" : "s");
  };
  if (!facts.thresholds_without_data.empty()) {
    found.push_back({122, "NO_DATA",
                     of_thresholds(facts.thresholds_without_data.size()) +
                         " had nothing to judge: " + joined(facts.thresholds_without_data)});
  }
  if (!facts.validators_without_data.empty()) {
    found.push_back({122, "NO_DATA", "nothing to judge for validator " + joined(facts.validators_without_data)});
  }
  if (!facts.thresholds_failed.empty()) {
    found.push_back(
        {99, "FAILED", of_thresholds(facts.thresholds_failed.size()) + " failed: " + joined(facts.thresholds_failed)});
  }
}

std::string praise(const RunFacts& facts) {
  std::string text = facts.thresholds == 0   ? "no threshold was set"
                     : facts.thresholds == 1 ? "the threshold held"
                                             : fmt::format("all {} thresholds held", facts.thresholds);
  if (facts.validators > 0) text += ", the oracle found nothing wrong";
  if (facts.requests == 0 && facts.iterations == 0) return text + ", and no request came to its end";
  const double ratio =
      facts.requests == 0 ? 0 : static_cast<double>(facts.requests_failed) / static_cast<double>(facts.requests);
  text += fmt::format(", {} request{}, {} failed", count_text(facts.requests), facts.requests == 1 ? "" : "s",
                      ratio_text(ratio));
  if (facts.validity.state == engine::ValidityState::degraded) text += ", measurement DEGRADED";
  return text;
}

}  // namespace

RunFacts facts_of(const engine::Snapshot& snapshot, const Judgement* judgement) {
  RunFacts facts;
  if (judgement != nullptr) {
    facts.validators = judgement->validators.size();
    facts.validators_without_data = judgement->without_verdict();
  }
  facts.validity = snapshot.validity;
  if (snapshot.totals != nullptr) {
    const metrics::Totals& totals = *snapshot.totals;
    facts.requests = static_cast<std::uint64_t>(std::llround(totals.aggregate("http_reqs").counter.sum));
    facts.requests_failed = totals.aggregate("http_req_failed").rate.passes;
    facts.iterations = static_cast<std::uint64_t>(std::llround(totals.aggregate("iterations").counter.sum));
    facts.oracle_violations = totals.aggregate("oracle_violations").counter.sum;
  }
  if (snapshot.thresholds == nullptr) return facts;
  facts.thresholds = snapshot.thresholds->size();
  for (const metrics::ThresholdVerdict& verdict : *snapshot.thresholds) {
    if (verdict.state == metrics::ThresholdState::no_data) {
      facts.thresholds_without_data.push_back(threshold_name(*verdict.threshold));
    } else if (verdict.state == metrics::ThresholdState::fail) {
      facts.thresholds_failed.push_back(threshold_name(*verdict.threshold) + ": " +
                                        threshold_observed(verdict, *snapshot.totals));
    }
  }
  return facts;
}

Verdict judge(const RunFacts& facts, const engine::RunSummary& summary) {
  std::vector<Finding> found;
  find_in_summary(summary, found);
  find_in_facts(facts, found);
  Verdict verdict;
  bool decided = false;
  for (const int code : kPrecedence) {
    for (Finding& finding : found) {
      if (finding.exit_code != code) continue;
      if (std::exchange(decided, true)) {
        verdict.also.push_back(fmt::format("{}: {}", finding.word, finding.text));
        continue;
      }
      verdict.exit_code = code;
      verdict.word = finding.word;
      verdict.text = std::move(finding.text);
    }
  }
  if (decided) return verdict;
  if (facts.thresholds + facts.validators == 0) verdict.word = "FINISHED";  // nobody said what would be good enough
  verdict.text = praise(facts);
  return verdict;
}

}  // namespace thresher::report
