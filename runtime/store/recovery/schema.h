#pragma once

#include "base/result.h"
#include "store/database.h"

namespace thresher::store {

/// Makes the kit's tables in a SQLite file, or finds them there. A file that is a newer thresher's is refused.
///
/// | table            | holds                                                                                   |
/// |------------------|-----------------------------------------------------------------------------------------|
/// | tasks            | a row per task that was given a status: running, succeeded, failed                       |
/// | work_items       | what is to be done, who holds it, until when, and what came of it                        |
/// | checkpoints      | a task's states, numbered from 1 without a gap                                           |
/// | idempotency_keys | what was asked for under a key, and what it gave                                         |
/// | task_audits      | what happened to items and tasks, in order                                               |
///
/// Names are the public recovery system's. Times are nanoseconds since 1970; JSON is TEXT.
Result<void> prepare_recovery_schema(Database& database);

}  // namespace thresher::store
