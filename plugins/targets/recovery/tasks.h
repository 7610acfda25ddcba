#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "conduct.h"

namespace recovery {

/// A task and its work items. It has succeeded when all of them are completed, and failed when one has ended otherwise.
struct Task {
  std::string id;
  std::vector<std::string> work_items;
  Time created_at{};
};

/// Tasks in the order of their making; of more than `limit` the oldest are forgotten.
class Tasks {
 public:
  explicit Tasks(std::size_t limit) : limit_(limit) {}

  /// Leaves a task as it is that is there already. Whether it is new.
  bool add(const std::string& id, Time now) {
    if (!tasks_.try_emplace(id, Task{id, {}, now}).second) return false;
    order_.push_back(id);
    return true;
  }
  Task* find(const std::string& id) {
    const auto found = tasks_.find(id);
    return found == tasks_.end() ? nullptr : &found->second;
  }
  /// Hands every task that is too many to `forget` before it goes.
  template <class Forget>
  void trim(Forget&& forget) {
    for (; order_.size() > limit_; order_.pop_front()) {
      const auto found = tasks_.find(order_.front());
      forget(found->second);
      tasks_.erase(found);
    }
  }

 private:
  std::size_t limit_;
  std::unordered_map<std::string, Task> tasks_;
  std::deque<std::string> order_;
};

}  // namespace recovery
