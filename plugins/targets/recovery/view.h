#pragma once

#include "body.h"
#include "checkpoints.h"
#include "idempotency_keys.h"
#include "tool_server.h"
#include "wall_time.h"
#include "work_items.h"

namespace recovery {

/// How things are told, in the words of the public system's schema; times are unix seconds with a fraction.
Json view_of(const WorkItem& item, const WallTime& wall);
/// What its new holder needs.
Json lease_of(const WorkItem& item, const WallTime& wall);
/// With "snapshot_hash" as the snapshot is now.
Json view_of(const Checkpoint& checkpoint, const std::string& task, const WallTime& wall);
Json view_of(const Effect& effect, const WallTime& wall);
Json view_of(const std::string& name, const Key& key, const WallTime& wall);

}  // namespace recovery
