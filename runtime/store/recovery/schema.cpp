#include "store/recovery/schema.h"

#include <fmt/format.h>

#include <array>

namespace thresher::store {
namespace {

constexpr std::int64_t kVersion = 1;

constexpr std::array<std::string_view, 8> kTables = {
    R"sql(CREATE TABLE tasks (
  task_id    TEXT NOT NULL PRIMARY KEY,
  status     TEXT NOT NULL CHECK (status IN ('running', 'succeeded', 'failed')),
  updated_at INTEGER NOT NULL
))sql",
    R"sql(CREATE TABLE work_items (
  work_item_id      TEXT NOT NULL PRIMARY KEY,
  task_id           TEXT NOT NULL,
  work_type         TEXT NOT NULL,
  status            TEXT NOT NULL CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'expired')),
  priority          INTEGER NOT NULL,
  lease_holder      TEXT,
  lease_acquired_at INTEGER,
  lease_expires_at  INTEGER,               -- for people; the two columns after the next decide
  heartbeat_at      INTEGER,
  lease_boot        TEXT,                  -- the boot that lease_until counts from
  lease_until       INTEGER,               -- nanoseconds since that boot
  fence             INTEGER NOT NULL,      -- the number of the latest lease; only its holder may write
  retry_count       INTEGER NOT NULL,
  max_retries       INTEGER NOT NULL,
  input_data        TEXT NOT NULL,
  output_data       TEXT,
  error_message     TEXT,
  created_at        INTEGER NOT NULL
))sql",
    "CREATE INDEX work_items_waiting ON work_items (status, priority DESC, created_at)",
    R"sql(CREATE TABLE checkpoints (
  checkpoint_id   TEXT NOT NULL PRIMARY KEY,
  task_id         TEXT NOT NULL,
  work_item_id    TEXT,
  checkpoint_type TEXT NOT NULL,
  sequence_number INTEGER NOT NULL,
  snapshot_data   TEXT NOT NULL,
  snapshot_hash   TEXT NOT NULL,
  metadata        TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  UNIQUE (task_id, sequence_number)
))sql",
    R"sql(CREATE TABLE idempotency_keys (
  key           TEXT NOT NULL PRIMARY KEY,
  request_hash  TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('pending', 'completed', 'failed')),
  response_data TEXT,
  fence         INTEGER NOT NULL,          -- the number of the latest claim; only its holder may write
  claim_boot    TEXT,
  claim_until   INTEGER,                   -- nanoseconds since that boot; a pending claim is then free to be taken
  created_at    INTEGER NOT NULL,
  expires_at    INTEGER                    -- when what it gave is forgotten; NULL: never
))sql",
    R"sql(CREATE TABLE task_audits (
  audit_id   INTEGER PRIMARY KEY,
  task_id    TEXT NOT NULL,
  subject    TEXT NOT NULL,                -- a work item's id, or the task's
  event      TEXT NOT NULL,
  detail     TEXT NOT NULL,
  created_at INTEGER NOT NULL
))sql",
    "CREATE INDEX task_audits_task ON task_audits (task_id)",
    "CREATE INDEX checkpoints_made ON checkpoints (created_at)",
};

Result<std::int64_t> version_of(Database& database) {
  auto rows = database.execute("PRAGMA user_version");
  if (!rows) return fail(std::move(rows.error()));
  return std::get<std::int64_t>(rows->rows.at(0).at(0));
}

}  // namespace

Result<void> prepare_recovery_schema(Database& database) {
  if (const auto version = version_of(database); version && *version == kVersion) return {};
  auto transaction = Transaction::begin(database);
  if (!transaction) return fail(std::move(transaction.error()));
  const auto version = version_of(database);  // again: another process may have made it meanwhile
  if (!version) return fail(Error(version.error()));
  if (*version == kVersion) return transaction->commit();
  if (*version != 0)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("recovery store '{}' has schema version {}, and this thresher knows version {}: use the newer "
                    "thresher, or another file",
                    database.shown(), *version, kVersion));
  for (const std::string_view statement : kTables)
    if (auto made = database.execute(statement); !made) return fail(std::move(made.error()));
  if (auto set = database.execute(fmt::format("PRAGMA user_version = {}", kVersion)); !set)
    return fail(std::move(set.error()));
  return transaction->commit();
}

}  // namespace thresher::store
