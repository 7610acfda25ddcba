#include "store/run_store.h"

#include "store/postgres_database.h"
#include "store/sql_run_store.h"
#include "store/sqlite_database.h"

namespace thresher::store {

Result<std::unique_ptr<RunStore>> RunStore::open(const Location& location, OpenOptions options) {
  auto database = location.kind == Location::Kind::postgres ? open_postgres(location, kLockTimeout)
                                                            : open_sqlite(location.target, kLockTimeout);
  if (!database) return fail(std::move(database.error()));
  return make_sql_run_store(std::move(*database), std::move(options));
}

}  // namespace thresher::store
