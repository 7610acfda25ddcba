#include "book.h"

#include <fmt/format.h>

#include <utility>

#include "plan.h"
#include "thresher/random.hpp"

namespace gateway {

Run* Book::find_run(std::string_view id) {
  const auto known = runs_.find(std::string(id));
  return known == runs_.end() ? nullptr : known->second.get();
}

Execution* Book::find(std::string_view id) {
  const auto known = executions_.find(id);
  return known == executions_.end() ? nullptr : known->second;
}

Run& Book::run(std::string_view id) {
  auto& run = runs_[std::string(id)];
  if (run == nullptr) run = std::make_unique<Run>(Run{.id = std::string(id)});
  return *run;
}

Execution& Book::add(Run& run, Execution* parent, std::shared_ptr<const Call> call, std::uint64_t key, Time at) {
  if (run.pending == 0) over_executions_ -= run.executions.size();  // it may have been over, and lives again
  ++run.pending;
  auto made = std::make_unique<Execution>();
  made->id = fmt::format("exec_{:016x}", thresher::Random(conduct_.seed, key, 4).next());
  made->run = &run;
  made->parent = parent;
  made->plan = plan(conduct_, key, *call);
  made->call = std::move(call);
  made->key = key;
  made->created = at;
  if (parent != nullptr) {
    made->depth = parent->depth + 1;
    made->copy = parent->copy;
    parent->children.push_back(made.get());
  }
  executions_.emplace(made->id, made.get());
  run.executions.push_back(std::move(made));
  return *run.executions.back();
}

void Book::settle(Run& run) {
  if (--run.pending > 0) return;
  over_executions_ += run.executions.size();
  over_.push_back({run.id, ++run.times_over});
  forget_old();
}

void Book::forget_old() {
  // The youngest stays: whoever ended it may still hold it.
  while (over_executions_ > conduct_.bounds.kept_executions && over_.size() > 1) {
    const Over over = std::move(over_.front());
    over_.pop_front();
    const auto oldest = runs_.find(over.run);
    if (oldest == runs_.end() || oldest->second->pending > 0 || oldest->second->times_over != over.time) continue;
    over_executions_ -= oldest->second->executions.size();
    for (const auto& execution : oldest->second->executions) executions_.erase(execution->id);
    runs_.erase(oldest);
  }
}

}  // namespace gateway
