#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "conduct.h"
#include "wall_time.h"

namespace recovery {

/// Whether it is one of the public system's types: iteration_start, tool_executed ...
bool is_checkpoint_type(std::string_view type);

struct Checkpoint {
  std::string id, work_item_id, type;
  std::int64_t sequence = 0;  ///< from 1 within the task, without a gap
  std::string snapshot;       ///< JSON: what a resumed task needs
  std::string metadata;       ///< JSON
  Time created_at{};
};

/// The states of tasks, numbered.
class Checkpoints {
 public:
  explicit Checkpoints(const Conduct& conduct) : conduct_(conduct) {}

  /// Fills in number and id.
  const Checkpoint& append(const std::string& task, Checkpoint checkpoint, Time now);
  /// In the order they were made.
  const std::vector<Checkpoint>& of(const std::string& task) const;
  /// The one to resume from; null: there is none.
  const Checkpoint* last(const std::string& task, const WallTime& wall) const;
  /// The process dies. How many acknowledged checkpoints are gone with it, which is none in a system that is right.
  std::size_t restart(Time now);
  void forget(const std::string& task) { logs_.erase(task); }

 private:
  struct Log {
    std::vector<Checkpoint> all;
    std::int64_t next = 1;
  };
  std::size_t lose(Log& log, Time now) const;
  void tear(Log& log, Time now) const;

  const Conduct& conduct_;
  std::unordered_map<std::string, Log> logs_;
  std::uint64_t made_ = 0;
};

}  // namespace recovery
