#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "task.h"

namespace farm {

using TaskSet = std::uint32_t;  ///< bit i: task i
using TaskWeights = std::array<std::int64_t, Task::kMost>;

constexpr TaskSet only(std::size_t index) { return TaskSet{1} << index; }

/// One order in which the tasks can run: of those that are ready, the one with the smallest id.
std::vector<std::uint8_t> linear_extension(std::span<const Task> tasks);

/// For each task, the weight of the heaviest path that ends with it, itself included.
TaskWeights heaviest_paths(std::span<const Task> tasks, const TaskWeights& weights);

/// The tasks that nothing depends on.
TaskSet sinks(std::span<const Task> tasks);

/// How many tasks can run at once at most: the size of the largest set without a path between two of its members. By
/// Dilworth's theorem that is the number of tasks less a maximum matching of the pairs joined by a path.
std::size_t widest_antichain(std::span<const Task> tasks);

}  // namespace farm
