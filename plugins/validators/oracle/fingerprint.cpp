#include "oracle/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>
#include <string_view>

namespace oracle {
namespace {

/// Chains values into 64 bits; the mixing step is SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014).
class Chain {
 public:
  Chain& add(std::uint64_t value) {
    std::uint64_t z = (state_ ^ value) + 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    state_ = z ^ (z >> 31);
    return *this;
  }
  Chain& add(std::string_view text) { return add(static_cast<std::uint64_t>(std::hash<std::string_view>{}(text))); }
  Chain& add(history::Instant instant) { return add(static_cast<std::uint64_t>(instant.ns())); }
  Chain& add(std::optional<double> figure) { return add(figure ? std::bit_cast<std::uint64_t>(*figure) : ~0ULL); }
  Chain& add(std::optional<std::int64_t> count) { return add(count ? static_cast<std::uint64_t>(*count) : ~0ULL); }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

std::uint64_t of_task(const history::Answer& answer, const history::TaskResult& task) {
  Chain chain;
  chain.add(task.id).add(task.word).add(task.agent).add(task.begin).add(task.end).add(task.approved_at);
  chain.add((std::uint64_t{task.retry_count} << 1) | std::uint64_t{task.chaos_occurred}).add(task.recovery_effect);
  for (const history::Attempt& attempt : answer.of(task))
    chain.add(attempt.agent).add(attempt.begin).add(attempt.end).add(static_cast<std::uint64_t>(attempt.status));
  for (const history::Effect& effect : answer.effects_of(task)) chain.add(effect.key).add(effect.at);
  return chain.value();
}

}  // namespace

Fingerprint::Fingerprint(const history::Answer& answer) : word_(answer.word) {
  figures_ = Chain()
                 .add(answer.workflows_completed)
                 .add(answer.workflows_failed)
                 .add(answer.total_tasks)
                 .add(answer.tasks_completed)
                 .add(answer.tasks_failed)
                 .add(answer.chaos_events_total)
                 .add(answer.chaos_events_recovered)
                 .add(answer.completion_rate)
                 .add(answer.chaos_recovery_rate)
                 .add(answer.begin)
                 .add(answer.end)
                 .value();
  parts_.reserve(answer.workflows.size());
  for (const history::WorkflowResult& workflow : answer.workflows) {
    std::uint64_t sum = Chain().add(workflow.begin).add(workflow.end).value();  // a sum: the order does not count
    for (const history::TaskResult& task : answer.of(workflow)) sum += of_task(answer, task);
    for (const history::Compensation& undone : answer.compensations_of(workflow))
      sum += Chain().add(undone.task).add(undone.begin).add(undone.end).value();
    parts_.push_back({std::string(workflow.id), std::string(workflow.word), sum});
  }
  std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.id < b.id; });
}

std::string Fingerprint::difference(const Fingerprint& later) const {
  std::vector<std::string> all;
  if (word_ != later.word_) all.push_back(fmt::format("status \"{}\" instead of \"{}\"", later.word_, word_));
  if (figures_ != later.figures_) all.emplace_back("other counters, rates or times of the whole");
  if (parts_.size() != later.parts_.size())
    all.push_back(fmt::format("{} workflow results instead of {}", later.parts_.size(), parts_.size()));
  for (std::size_t i = 0; i < std::min(parts_.size(), later.parts_.size()); ++i) {
    const Part &before = parts_[i], &after = later.parts_[i];
    if (before == after) continue;
    if (before.id != after.id) {
      all.push_back(fmt::format("workflow \"{}\" where \"{}\" was", after.id, before.id));
    } else if (before.word != after.word) {
      all.push_back(fmt::format("workflow \"{}\" {} instead of {}", before.id, after.word, before.word));
    } else {
      all.push_back(fmt::format("other task results of workflow \"{}\"", before.id));
    }
  }
  return fmt::format("{}", fmt::join(all, ", "));
}

}  // namespace oracle
