#include "attempt_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "catalogue.h"

namespace aoa {
namespace {

constexpr double kRestartMs = 500;          ///< an agent that crashed is back after this
constexpr double kLongestBackoffMs = 30e3;  ///< however often it was tried
constexpr int kHumans = 7;                  ///< how many people approve

/// What happens to one invocation of an agent.
enum class Fate { success, error, timeout, crash };

Fate draw_fate(const AgentSpec& agent, bool repeated, thresher::Random& random) {
  const double u = random.uniform();
  if (repeated) return u < agent.retry_success_rate ? Fate::success : Fate::error;
  if (u < agent.crash_rate) return Fate::crash;
  if (u < agent.crash_rate + agent.timeout_rate) return Fate::timeout;
  return u < std::max(agent.crash_rate + agent.timeout_rate, 1 - agent.success_rate) ? Fate::error : Fate::success;
}

/// Builds a plan step by step, along the attempt's nominal time.
class Planner {
 public:
  Planner(const Conduct& conduct, const AttemptQuestion& question, thresher::Random& random)
      : conduct_(conduct), question_(question), task_(question.task), random_(random) {}

  AttemptPlan plan() {
    seek_approval();
    if (!invoke()) return finished();
    const double work = task_.needs_human ? 0 : task_.duration_ms * (0.9 + 0.2 * random_.uniform());
    if (question_.fault_fires)
      break_down(work);
    else
      spend(work);
    return finished();
  }

 private:
  void spend(double milliseconds) { spent_ms_ += milliseconds; }
  Time here() const { return nominal(conduct_, spent_ms_); }

  void approve() {
    plan_.approved = here();
    approver_ = 1 + random_.below(kHumans);
  }

  void seek_approval() {
    if (question_.approved) return;
    const auto& held = question_.agent.needs_approval;
    const bool by_policy = std::any_of(held.begin(), held.end(), [this](const std::string& tool) {
      return tool == "*" || std::find(task_.tools.begin(), task_.tools.end(), tool) != task_.tools.end();
    });
    if (!task_.needs_human && !by_policy) return;
    spend((task_.needs_human ? task_.duration_ms : conduct_.policy_approval_ms) * (0.8 + 0.4 * random_.uniform()));
    approve();
  }

  /// False when every invocation was lost.
  bool invoke() {
    for (std::uint32_t lost = 0;; ++lost) {
      const double latency = random_.log_normal(question_.agent.latency_mean_ms, question_.agent.latency_sd_ms);
      plan_.cost_usd += question_.agent.usd_per_invocation;
      const Fate fate = conduct_.fault_free ? Fate::success : draw_fate(question_.agent, lost > 0, random_);
      spend(fate == Fate::timeout ? 3 * latency : fate == Fate::crash ? latency / 2 + kRestartMs : latency);
      if (fate == Fate::success) return true;
      if (lost < conduct_.agent_retries) continue;
      plan_.ends = fate == Fate::timeout ? AttemptStatus::timeout : AttemptStatus::failed;
      plan_.error = fmt::format("agent {} did not answer", question_.agent.id);
      return false;
    }
  }

  void break_down(double work) {
    const Fault& fault = *task_.fault;
    const FaultShape& shape = shape_of(fault.type);
    const RecoveryShape& recovery = shape_of(fault.recovery);
    plan_.fault = fault.type;
    plan_.error = shape.message;
    spend(work * shape.shows_after);
    if (fault.type == FaultType::checkpoint_crash && task_.checkpoint) plan_.checkpointed = here();
    if (!recovery.in_place) {
      plan_.ends = shape.times_out ? AttemptStatus::timeout : AttemptStatus::failed;
      return;
    }
    recover(fault.recovery, recovery, work * shape.shows_after);
    spend(std::max(0.0, work * (1 - shape.shows_after)) + recovery.repeats_work * work * shape.shows_after);
  }

  void recover(Recovery action, const RecoveryShape& shape, double done_ms) {
    std::string effect(shape.effect);
    spend(std::max(shape.costs_ms, 0.1 * done_ms) * (0.8 + 0.4 * random_.uniform()));
    extra_tokens_ += shape.tokens * task_.tokens;
    if (action == Recovery::adjudicate) effect = adjudicate();
    if (action == Recovery::escalate_for_approval) {
      spend(conduct_.policy_approval_ms * (0.8 + 0.4 * random_.uniform()));
      approve();
    }
    plan_.recovered = Recovered{action, std::move(effect), here()};
  }

  std::string adjudicate() {
    const AgentSpec* judge = question_.second_opinion;
    if (judge == nullptr) return "the only agent decided again";
    spend(random_.log_normal(judge->latency_mean_ms, judge->latency_sd_ms));
    plan_.cost_usd += judge->usd_per_invocation + task_.tokens / 2 * judge->usd_per_token;
    return fmt::format("agent {} decided", judge->id);
  }

  AttemptPlan finished() {
    plan_.lasts = here();
    plan_.cost_usd += (task_.tokens + extra_tokens_) * question_.agent.usd_per_token;
    if (plan_.approved) plan_.approver = fmt::format("human-{}", approver_);
    return std::move(plan_);
  }

  const Conduct& conduct_;
  const AttemptQuestion& question_;
  const TaskSpec& task_;
  thresher::Random& random_;
  AttemptPlan plan_ = {};
  double spent_ms_ = 0, extra_tokens_ = 0;
  std::uint64_t approver_ = 0;
};

}  // namespace

AttemptPlan plan_attempt(const Conduct& conduct, const AttemptQuestion& question, thresher::Random& random) {
  return Planner(conduct, question, random).plan();
}

Time backoff(const Conduct& conduct, const TaskSpec& task, std::uint32_t made, thresher::Random& random) {
  const double first = task.fault ? shape_of(task.fault->recovery).costs_ms : 0;
  const double grown = std::max(first, 100.0) * std::pow(task.backoff_multiplier, made - 1);
  return nominal(conduct, std::min(grown, kLongestBackoffMs) * (0.8 + 0.4 * random.uniform()));
}

Time nominal(const Conduct& conduct, double milliseconds) {
  return Time(std::max<std::int64_t>(1, std::llround(milliseconds * 1e3 / conduct.speed)));
}

}  // namespace aoa
