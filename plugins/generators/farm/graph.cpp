#include "graph.h"

#include <algorithm>
#include <bit>

namespace farm {
namespace {

/// Kuhn's algorithm on "comes before": each task is matched with at most one task before it and one after it.
class ChainCover {
 public:
  explicit ChainCover(std::span<const Task> tasks) : count_(tasks.size()) {
    before_.fill(0);
    for (const Task& task : tasks)
      for (const std::uint8_t earlier : task.dependencies()) before_[task.index] |= before_[earlier] | only(earlier);
    partner_.fill(kNobody);
  }

  std::size_t matched() {
    std::size_t pairs = 0;
    for (std::size_t task = 0; task < count_; ++task) {
      tried_ = 0;
      pairs += extend(task) ? 1 : 0;
    }
    return pairs;
  }

 private:
  static constexpr std::uint8_t kNobody = 0xff;

  bool extend(std::size_t task) {
    // The latest first: in chains that is the direct predecessor, and nothing is ever matched twice.
    for (TaskSet open = before_[task] & ~tried_; open != 0; open = before_[task] & ~tried_) {
      const auto earlier = static_cast<std::size_t>(std::bit_width(open) - 1);
      tried_ |= only(earlier);
      if (partner_[earlier] == kNobody || extend(partner_[earlier])) {
        partner_[earlier] = static_cast<std::uint8_t>(task);
        return true;
      }
    }
    return false;
  }

  std::size_t count_;
  std::array<TaskSet, Task::kMost> before_;        ///< every task on some path to this one
  std::array<std::uint8_t, Task::kMost> partner_;  ///< the task matched after this one
  TaskSet tried_ = 0;
};

}  // namespace

std::vector<std::uint8_t> linear_extension(std::span<const Task> tasks) {
  std::vector<std::uint8_t> order;
  order.reserve(tasks.size());
  std::array<TaskSet, Task::kMost> waits_for{};
  for (const Task& task : tasks)
    for (const std::uint8_t earlier : task.dependencies()) waits_for[task.index] |= only(earlier);
  TaskSet done = 0;
  while (order.size() < tasks.size()) {
    const Task* next = nullptr;
    for (const Task& task : tasks) {
      const bool ready = (done & only(task.index)) == 0 && (waits_for[task.index] & ~done) == 0;
      if (ready && (next == nullptr || task.id < next->id)) next = &task;
    }
    done |= only(next->index);
    order.push_back(next->index);
  }
  return order;
}

TaskWeights heaviest_paths(std::span<const Task> tasks, const TaskWeights& weights) {
  TaskWeights heaviest{};
  for (const Task& task : tasks) {
    std::int64_t before = 0;
    for (const std::uint8_t earlier : task.dependencies()) before = std::max(before, heaviest[earlier]);
    heaviest[task.index] = before + weights[task.index];
  }
  return heaviest;
}

TaskSet sinks(std::span<const Task> tasks) {
  TaskSet needed = 0;
  for (const Task& task : tasks)
    for (const std::uint8_t earlier : task.dependencies()) needed |= only(earlier);
  return (only(tasks.size()) - 1) & ~needed;
}

std::size_t widest_antichain(std::span<const Task> tasks) { return tasks.size() - ChainCover(tasks).matched(); }

}  // namespace farm
