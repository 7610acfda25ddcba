#pragma once

#include <memory>

#include "store/database.h"
#include "store/run_store.h"

namespace thresher::store {

/// The history over a connection, whatever its kind. Migrates and sweeps first.
Result<std::unique_ptr<RunStore>> make_sql_run_store(std::unique_ptr<Database> database, OpenOptions options);

}  // namespace thresher::store
