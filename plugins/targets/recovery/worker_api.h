#pragma once

#include <string>
#include <string_view>

#include "body.h"
#include "checkpoints.h"
#include "conduct.h"
#include "idempotency_keys.h"
#include "tasks.h"
#include "wall_time.h"
#include "work_items.h"

namespace recovery {

/// What was asked of the worker API, at one moment. `id` is what the path names.
struct Asked {
  std::string id;
  const Body& body;
  Time now;
  const WallTime& wall;
};

struct Told {
  int status = 200;
  Json body = {};
};

/// The public system's worker API, in front of its four tables. Each call is one atomic step; what it acknowledges is
/// durable, unless a defect says otherwise. Throws Refusal.
class WorkerApi {
 public:
  explicit WorkerApi(const Conduct& conduct);

  Told create_task(const Asked& asked);
  Told read_task(const Asked& asked);
  Told create_item(const Asked& asked);
  Told read_item(const Asked& asked);
  Told acquire(const Asked& asked);
  Told heartbeat(const Asked& asked);
  Told complete(const Asked& asked);
  Told fail(const Asked& asked);
  Told release(const Asked& asked);
  Told append_checkpoint(const Asked& asked);
  Told list_checkpoints(const Asked& asked);
  Told last_checkpoint(const Asked& asked);
  Told sweep(const Asked& asked);
  Told check_or_create(const Asked& asked);
  Told complete_key(const Asked& asked);
  Told fail_key(const Asked& asked);
  Told read_key(const Asked& asked);
  Told key_statistics(const Asked& asked);

  /// The process dies; what was not durable is lost. Returns the number of acknowledged checkpoints that are.
  std::size_t restart(Time now);

 private:
  Task& task(const std::string& id);
  WorkItem& item(const std::string& id);
  std::string status_of(const Task& task);
  Told settle_key(const Asked& asked, KeyStatus status, std::string response);

  const Conduct& conduct_;
  Tasks tasks_;
  WorkItems items_;
  Checkpoints checkpoints_;
  IdempotencyKeys keys_;
  std::uint64_t named_ = 0;  ///< ids that we gave
};

}  // namespace recovery
