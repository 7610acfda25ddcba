#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "history/instant.h"

namespace history {

/// A word of the platform about a task, a workflow or a scenario.
enum class Status : std::uint8_t {
  none,       ///< no word
  unknown,    ///< a word that no contract has
  pending,    ///< queued, accepted ...
  running,    ///< executing, in_progress ...
  completed,  ///< also success, succeeded
  retried,    ///< completed after a retry
  completed_with_failures,
  partial,
  failed,  ///< also error
  timeout,
  skipped,
  compensated,
  cancelled,
};

Status status_of(std::string_view word);
bool is_terminal(Status status);
/// The task took effect: completed, retried, or compensated (done, then undone).
bool has_succeeded(Status status);

struct Attempt {
  std::uint32_t number = 0;     ///< from 1
  std::uint32_t iteration = 1;  ///< of the loop around it, from 1
  Status status = Status::none;
  std::string_view agent, fault;
  Instant begin, end;
};

struct Effect {
  std::string_view key;
  Instant at;
};

struct Compensation {
  std::string_view task, handler;
  Status status = Status::none;
  Instant begin, end;
};

/// A stretch of one of the answer's arrays.
struct Stretch {
  std::uint32_t from = 0, count = 0;
};

struct TaskResult {
  std::string_view id, agent, chaos_type, approved_by, recovery_action, recovery_effect;
  std::string_view word;  ///< its status as it came
  Status status = Status::none;
  bool chaos_occurred = false;
  bool tells_effects = false;  ///< the platform reports effects, so that an empty list means none
  std::uint32_t retry_count = 0;
  std::optional<double> duration_ms;
  Instant begin, end, approved_at, recovered_at;
  Stretch attempts, effects;
};

struct WorkflowResult {
  std::string_view id, word;
  Status status = Status::none;
  bool tells_compensations = false;
  Instant begin, end;
  Stretch tasks, compensations;
};

/// A platform's answer about a scenario (or, without `workflow_results`, about one workflow). Views live until the
/// reader's next event.
struct Answer {
  std::string_view word, fault_rule, verdict;
  Status status = Status::none;
  Instant begin, end;
  std::optional<double> total_duration_ms, throughput_wf_per_sec, completion_rate, chaos_recovery_rate, total_cost_usd;
  std::optional<std::int64_t> workflows_completed, workflows_failed, total_tasks, tasks_completed, tasks_failed,
      chaos_events_total, chaos_events_recovered;
  std::vector<WorkflowResult> workflows;
  std::vector<TaskResult> tasks;
  std::vector<Attempt> attempts;
  std::vector<Effect> effects;
  std::vector<Compensation> compensations;

  std::span<const TaskResult> of(const WorkflowResult& result) const { return cut(tasks, result.tasks); }
  std::span<const Attempt> of(const TaskResult& result) const { return cut(attempts, result.attempts); }
  std::span<const Effect> effects_of(const TaskResult& result) const { return cut(effects, result.effects); }
  std::span<const Compensation> compensations_of(const WorkflowResult& result) const {
    return cut(compensations, result.compensations);
  }

  void clear();  ///< empties it, keeping the memory

 private:
  template <class T>
  static std::span<const T> cut(const std::vector<T>& all, Stretch stretch) {
    return std::span<const T>(all).subspan(stretch.from, stretch.count);
  }
};

}  // namespace history
