#include "oracle/check_rates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "oracle/recovery.h"

namespace oracle {
namespace {

constexpr double kUsualCompletionRate = 0.95;  // the Farm document's threshold, where the ground truth promises nothing

}  // namespace

void RatesCheck::compare(const Case& answered, std::string_view name, std::optional<double> told, std::int64_t hits,
                         std::int64_t trials, std::string_view what) {
  constexpr double kRounding = 0.0051;  // platforms round to two digits
  if (!told || trials == 0) return;
  const double ours = static_cast<double>(hits) / static_cast<double>(trials);
  if (std::fabs(*told - ours) <= kRounding) return;
  docket_.tell(answered.t, [&] {
    return Witness{fmt::format("item {}, {}", answered.item->id, name),
                   {fmt::format("The platform says {} {:.4f}.", name, *told),
                    fmt::format("The same answer has {} of {} {}, which is {:.4f}.", hits, trials, what, ours)},
                   {{"item", answered.item->id}, {"rate", std::string(name)}}};
  });
}

void RatesCheck::answered(const Case& answered) {
  const history::Answer& answer = *answered.answer;
  if (answered.workflows.empty()) {
    vacuous_ += answer.completion_rate && answer.workflows_completed;
    return;
  }
  std::int64_t completed = 0, all = 0;
  for (const WorkflowCase& workflow : answered.workflows) {
    ++all;
    completed +=
        workflow.result->status == history::Status::completed || workflow.result->status == history::Status::retried;
  }
  docket_.observe(static_cast<std::uint64_t>(all));
  workflows_ += static_cast<std::uint64_t>(all);
  completed_ += static_cast<std::uint64_t>(completed);
  promised_ += static_cast<double>(all) * answered.item->expected.completion_rate.value_or(kUsualCompletionRate);
  const FaultCount faults = count_faults(answered);
  faults_ += static_cast<std::uint64_t>(faults.occurred);
  recovered_ += static_cast<std::uint64_t>(faults.recovered);
  compare(answered, "completion_rate", answer.completion_rate, completed, all, "workflows that completed");
  if (answer.chaos_recovery_rate &&
      *answer.chaos_recovery_rate >
          static_cast<double>(faults.recovered) / std::max(1.0, static_cast<double>(faults.occurred)))
    compare(answered, "chaos_recovery_rate", answer.chaos_recovery_rate, faults.recovered, faults.occurred,
            "faults with a recovery that shows");
}

thresher::Finding RatesCheck::finding() {
  const double promised = workflows_ > 0 ? promised_ / static_cast<double>(workflows_) : kUsualCompletionRate;
  const Interval bounds = wilson(completed_, workflows_), recovery = wilson(recovered_, faults_);
  const std::string seen = fmt::format("{} of {} workflows completed: {:.1f} % to {:.1f} % (95 %), promised {:.1f} %",
                                       completed_, workflows_, 100 * bounds.low, 100 * bounds.high, 100 * promised);
  const bool missed = workflows_ > 0 && bounds.high < promised;
  if (missed)
    docket_.tell(-1, [&] {
      return Witness{"completion rate", {seen + ".", "Even the upper bound does not reach what was promised."}, {}};
    });
  thresher::Finding finding = docket_.finding(
      "workflows",
      fmt::format(R"({{"completed":{},"workflows":{},"low":{:.6f},"high":{:.6f},"promised":{:.6f},)"
                  R"("faults":{},"recovered":{},"recovery_low":{:.6f},"recovery_high":{:.6f},"vacuous":{}}})",
                  completed_, workflows_, bounds.low, bounds.high, promised, faults_, recovered_, recovery.low,
                  recovery.high, vacuous_));
  if (workflows_ > 0) {
    if (finding.verdict == thresher::Verdict::pass && bounds.low < promised) {
      finding.verdict = thresher::Verdict::no_data;
      finding.summary = seen + "; too few to tell";
    } else {
      finding.summary = docket_.violations() > missed
                            ? fmt::format("{}; {} reported rates are not theirs", seen, docket_.violations() - missed)
                            : seen;
    }
  }
  if (vacuous_ > 0)
    finding.summary += fmt::format(
        "; vacuous: of {} answers the platform's completion_rate could only be compared with "
        "its own counters, so it was not",
        vacuous_);
  return finding;
}

}  // namespace oracle
