#include "batch.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

namespace leveredge {

Batch::Batch(std::string id, std::chrono::nanoseconds began, std::vector<Execution> tasks, std::size_t concurrency)
    : id_(std::move(id)), end_(began) {
  std::priority_queue<std::chrono::nanoseconds, std::vector<std::chrono::nanoseconds>, std::greater<>> places;
  for (Execution& task : tasks) {
    std::chrono::nanoseconds start = began;
    if (places.size() == concurrency) {
      start = places.top();
      places.pop();
    }
    const std::chrono::nanoseconds end = start + task.duration;
    places.push(end);
    end_ = std::max(end_, end);
    tasks_.push_back({std::move(task), end});
  }
}

Json Batch::status(std::chrono::nanoseconds now) const {
  std::size_t completed = 0, failed = 0;
  for (const Task& task : tasks_) {
    if (task.end > now) continue;
    ++(task.execution.status == ExecutionStatus::completed ? completed : failed);
  }
  const bool running = now < end_;
  const char* state = running ? "running" : failed == 0 ? "completed" : completed == 0 ? "failed" : "partial";
  return Json{{"batch_id", id_},
              {"status", state},
              {"total_tasks", tasks_.size()},
              {"completed_tasks", completed},
              {"failed_tasks", failed}};
}

Json Batch::results(std::chrono::nanoseconds now) const {
  Json told = status(now);
  Json& results = told["results"] = Json::array();
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (tasks_[i].end > now) continue;
    Json entry = tasks_[i].execution.document;
    entry["task_index"] = i;
    results.push_back(std::move(entry));
  }
  return told;
}

}  // namespace leveredge
