#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent.h"
#include "catalogue.h"
#include "json_writer.h"
#include "python_random.h"

namespace farm {

struct Chaos {
  ChaosType type = ChaosType::tool_timeout;
  double trigger_probability = 0;  ///< of each attempt; in [0.5, 1)
};

/// Where a task stands in its workflow's shape.
enum class Role : std::uint8_t { plain, branch, join, split, map, reduce, step };

/// One task as drawn. Its dependencies are indices of earlier tasks, so tasks in index order are in an order that
/// works.
struct Task {
  static constexpr std::size_t kMost = 20;  ///< in a workflow

  std::string id = {};
  TaskType type = TaskType::compute;
  Role role = Role::plain;
  std::uint8_t index = 0;
  std::uint8_t dependency_count = 0;
  std::array<std::uint8_t, kMost> dependency_array = {};
  int duration_ms = 0;
  std::string_view priority = {};
  std::optional<Chaos> chaos = {};
  std::string_view agent_id = {};  ///< of whom it is assigned to; empty: nobody yet

  std::span<const std::uint8_t> dependencies() const { return {dependency_array.data(), dependency_count}; }
  void depends_on(std::uint8_t earlier) { dependency_array[dependency_count++] = earlier; }
};

struct TaskRequest {
  Seed seed;  ///< the workflow's
  std::string_view workflow_id;
  std::uint8_t index;
  std::optional<TaskType> type;    ///< empty: drawn
  std::optional<ChaosType> chaos;  ///< to inject, if it affects the type
  std::size_t id_digits = 6;
};

/// Draws a task from Random(seed + index), which `random` must be. In our dialect a fault that does not affect the
/// task's type gives way to one that does, or to none when none does, without another draw.
Task draw_task(const TaskRequest& request, PythonRandom random, Dialect dialect);

/// How often a task may be tried again. The public generator also promises retries to checkpoints, which it calls not
/// retryable.
int max_retries(TaskType type, Dialect dialect);

struct TaskStyle {
  Dialect dialect = Dialect::ours;
  bool agent_type = true;  ///< writes the type of agent that the task asks for
};

/// `tasks` are the workflow's, so that dependencies can be named.
void write_task(const Task& task, std::span<const Task> tasks, TaskStyle style, JsonWriter& json);

}  // namespace farm
