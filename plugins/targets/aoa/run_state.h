#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec.h"

namespace aoa {

enum class AttemptStatus : std::uint8_t { running, completed, failed, timeout };

struct Attempt {
  std::uint32_t agent = 0;  ///< of the pool
  std::uint32_t number = 1, iteration = 1;
  Time started{}, ended{};  ///< ended: known from the start, true once it has come
  AttemptStatus status = AttemptStatus::running;
  std::optional<FaultType> fault = {};
};

/// waiting -> ready -> running -> completed, or -> backing_off -> ready, or -> failed / timed_out; waiting, ready and
/// backing_off -> skipped; completed -> compensated; any of a loop's body -> waiting, when it begins anew.
enum class TaskState : std::uint8_t {
  waiting,
  ready,
  running,
  backing_off,
  completed,
  failed,
  timed_out,
  skipped,
  compensated
};

/// What was done about a fault, and when that showed.
struct Recovered {
  Recovery action = Recovery::retry;
  std::string effect = {};
  Time at{};
};

struct TaskRun {
  TaskState state = TaskState::waiting;
  std::uint32_t missing = 0;             ///< dependencies that have not completed
  std::uint32_t iteration = 1;           ///< of the loop it is in
  std::uint32_t attempts_made = 0;       ///< in all
  std::uint32_t attempts_this_time = 0;  ///< in this iteration
  std::vector<Attempt> attempts = {};    ///< the last kKeptAttempts of them
  std::optional<Time> first_started = {};
  std::optional<Time> approved_at = {};
  std::string approved_by = {};
  std::optional<FaultType> fault = {};  ///< the last that fired
  std::optional<Recovered> recovered = {};
  std::vector<Time> effects = {};
  std::string error = {};
  bool hopeless = false;  ///< it failed for good and is tried all the same, which is the bug
};

/// More than any honest task needs; a task that is retried for ever must not fill the memory.
inline constexpr std::size_t kKeptAttempts = 64;

struct Compensation {
  std::uint32_t task = 0;
  Time started{}, ended{};
  bool done = false;
};

struct LoopRun {
  std::uint32_t iteration = 1;
  bool restarting = false;  ///< a task of the body failed; the body begins anew when nothing of it runs
};

struct Checkpoint {
  std::uint32_t task = 0, sequence = 0;
  Time at{};
  std::size_t journal = 0;                  ///< how much of the journal it covers
  std::vector<std::uint32_t> missing = {};  ///< per task, as in TaskRun
  std::vector<LoopRun> loops = {};
};

/// What is written down of a workflow as it goes, enough to rebuild its state after a crash.
struct JournalEntry {
  enum class What : std::uint8_t { completed, looped } what = What::completed;
  std::uint32_t index = 0;  ///< the task, or the loop
};

enum class WorkflowState : std::uint8_t { queued, running, undoing, completed, failed };

struct WorkflowRun {
  WorkflowSpec spec = {};
  std::uint64_t item = 0;  ///< the submission it belongs to
  WorkflowState state = WorkflowState::queued;
  Time submitted{}, started{}, ended{};
  std::vector<TaskRun> tasks = {};
  std::vector<LoopRun> loops = {};
  std::vector<JournalEntry> journal = {};
  std::vector<Checkpoint> checkpoints = {};
  std::vector<std::uint32_t> undo = {};          ///< what a failed saga undoes, in order
  std::vector<Compensation> compensations = {};  ///< those begun, in order
  std::uint32_t active = 0;                      ///< tasks that are running
  std::uint32_t pending = 0;                     ///< tasks that are ready, running or backing off
  bool failing = false;                          ///< a saga whose step has failed: nothing new starts
  double cost_usd = 0;

  bool ended_already() const { return state == WorkflowState::completed || state == WorkflowState::failed; }
};

}  // namespace aoa
