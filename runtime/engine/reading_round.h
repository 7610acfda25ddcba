#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/worker_news.h"

namespace thresher::engine {

/// Who was asked for a reading and who has answered. A worker that has not answered when the next round begins is
/// counted late and not asked again before it has; what it owes is merged when it comes. Pure.
class ReadingRound {
 public:
  explicit ReadingRound(unsigned workers) : owes_(workers), gone_(workers), late_(workers) {}

  /// Begins a round; returns whom to ask now.
  std::vector<unsigned> begin();
  void add(std::shared_ptr<WorkerReading> reading);
  void gone(unsigned worker);  ///< it will never answer
  /// Nobody asked has still to answer.
  bool complete() const;
  bool open() const { return open_; }
  /// Closes the round: what has come, in the order of the workers.
  std::vector<std::shared_ptr<WorkerReading>> take();
  const std::vector<std::uint64_t>& late() const { return late_; }

 private:
  bool open_ = false;
  std::vector<bool> owes_, gone_;
  std::vector<std::uint64_t> late_;
  std::vector<std::shared_ptr<WorkerReading>> answers_;
};

}  // namespace thresher::engine
