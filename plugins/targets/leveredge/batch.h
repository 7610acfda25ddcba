#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "execution.h"

namespace leveredge {

/// Tasks that ATLAS executes side by side, all of whose ends are known when it begins.
class Batch {
 public:
  /// A task goes to the place that is free first, of `concurrency` >= 1 places; in order.
  Batch(std::string id, std::chrono::nanoseconds began, std::vector<Execution> tasks, std::size_t concurrency);

  const std::string& id() const { return id_; }
  std::chrono::nanoseconds end() const { return end_; }
  Json status(std::chrono::nanoseconds now) const;   ///< as GET /batch/{id}/status
  Json results(std::chrono::nanoseconds now) const;  ///< as GET /batch/{id}/results: of the tasks that have ended

 private:
  struct Task {
    Execution execution;
    std::chrono::nanoseconds end{};
  };
  std::string id_;
  std::vector<Task> tasks_;
  std::chrono::nanoseconds end_{};
};

}  // namespace leveredge
