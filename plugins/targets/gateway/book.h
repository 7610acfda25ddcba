#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "conduct.h"
#include "execution.h"

namespace gateway {

/// Every run and execution that is known, by id. A run that is over is forgotten when enough younger ones are kept.
class Book {
 public:
  explicit Book(const Conduct& conduct) : conduct_(conduct) {}

  Run* find_run(std::string_view id);
  Execution* find(std::string_view id);
  /// The run of this id, which is made when there is none.
  Run& run(std::string_view id);

  /// Makes an execution, with its plan; it counts as pending until its run is told otherwise. `parent` null: a root.
  Execution& add(Run& run, Execution* parent, std::shared_ptr<const Call> call, std::uint64_t key, Time at);
  /// One thing less that is pending of a run; at the last one it is over, and may be forgotten at any later call.
  void settle(Run& run);
  std::size_t size() const { return executions_.size(); }

 private:
  struct Over {
    std::string run;
    std::uint32_t time = 0;  ///< which one of its run's
  };
  void forget_old();

  const Conduct& conduct_;
  std::unordered_map<std::string, std::unique_ptr<Run>> runs_;
  std::unordered_map<std::string_view, Execution*> executions_;  ///< the keys are the executions' own
  std::deque<Over> over_;                                        ///< the first to be over first; some live again
  std::size_t over_executions_ = 0;
};

}  // namespace gateway
