#include "store/schema.h"

#include <fmt/format.h>

namespace thresher::store {
namespace {

// The names carry the product's, because a PostgreSQL database is often shared with somebody else's tables. Types are
// the ones both databases read alike: BIGINT and DOUBLE PRECISION are integers and reals to SQLite too. JSON is TEXT,
// as it is written and read whole. No index holds a long text: PostgreSQL refuses entries above some 2,700 bytes.

constexpr std::string_view kRuns = R"sql(
CREATE TABLE thresher_runs (
  id                  TEXT NOT NULL PRIMARY KEY,
  kind                TEXT NOT NULL,
  status              TEXT NOT NULL,
  name                TEXT NOT NULL,
  files               TEXT NOT NULL,              -- JSON array
  profile             TEXT NOT NULL,
  command_line        TEXT NOT NULL,
  host                TEXT NOT NULL,
  seed                TEXT NOT NULL,              -- 64 bits without a sign, which BIGINT cannot hold
  version             TEXT NOT NULL,
  tags                TEXT NOT NULL,              -- JSON object
  conditions          TEXT NOT NULL,              -- JSON object
  verdict             TEXT NOT NULL DEFAULT '',
  verdict_text        TEXT NOT NULL DEFAULT '',
  validity            TEXT NOT NULL DEFAULT '',
  exit_code           BIGINT,
  started_ns          BIGINT NOT NULL,            -- since 1970
  finished_ns         BIGINT,
  duration_ns         BIGINT,
  requests            BIGINT NOT NULL DEFAULT 0,
  requests_failed     BIGINT NOT NULL DEFAULT 0,
  rate_per_s          DOUBLE PRECISION NOT NULL DEFAULT 0,
  latency_ns_mean     BIGINT,
  latency_ns_p50      BIGINT,
  latency_ns_p95      BIGINT,
  latency_ns_p99      BIGINT,
  latency_ns_max      BIGINT,
  iterations          BIGINT NOT NULL DEFAULT 0,
  iterations_dropped  BIGINT NOT NULL DEFAULT 0,
  oracle_violations   BIGINT NOT NULL DEFAULT 0,
  completion_rate     DOUBLE PRECISION,
  owner_pid           BIGINT NOT NULL,
  owner_started_ticks BIGINT NOT NULL,
  owner_boot          TEXT NOT NULL,
  owner_pid_space     TEXT NOT NULL,
  owner_machine       TEXT NOT NULL,
  heartbeat_ns        BIGINT NOT NULL,
  swept               BIGINT NOT NULL DEFAULT 0   -- 1: its status is a sweep's guess, which its owner may take back
))sql";

constexpr std::string_view kDocuments = R"sql(
CREATE TABLE thresher_documents (
  run_id   TEXT NOT NULL PRIMARY KEY REFERENCES thresher_runs (id) ON DELETE CASCADE,
  document TEXT NOT NULL
))sql";

constexpr std::string_view kNotes = R"sql(
CREATE TABLE thresher_notes (
  run_id TEXT NOT NULL REFERENCES thresher_runs (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  at_ns  BIGINT NOT NULL,
  text   TEXT NOT NULL,
  PRIMARY KEY (run_id, number)
))sql";

constexpr std::string_view kProgress = R"sql(
CREATE TABLE thresher_progress (
  run_id   TEXT NOT NULL PRIMARY KEY REFERENCES thresher_runs (id) ON DELETE CASCADE,
  at_ns    BIGINT NOT NULL,
  progress TEXT NOT NULL
))sql";

Result<std::int64_t> version_of(Database& database) {
  auto rows = database.execute("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM thresher_schema_version");
  if (!rows) return fail(std::move(rows.error()));
  return std::get<std::int64_t>(rows->rows.at(0).at(0));
}

Result<void> perform(Database& database, const Migration& migration, WallTime now) {
  for (const std::string_view statement : migration.statements)
    if (auto done = database.execute(statement); !done) return fail(std::move(done.error()));
  auto noted = database.execute("INSERT INTO thresher_schema_version (version, applied_ns) VALUES ($1, $2)",
                                {migration.version, std::int64_t{now.time_since_epoch().count()}});
  if (!noted) return fail(std::move(noted.error()));
  return {};
}

/// One version further, or none when there is nothing to do; `wanted` once it is there.
Result<bool> step(Database& database, WallTime now, std::int64_t wanted) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return fail(std::move(transaction.error()));
  auto made = database.execute(
      "CREATE TABLE IF NOT EXISTS thresher_schema_version (version BIGINT NOT NULL PRIMARY KEY, applied_ns BIGINT NOT "
      "NULL)");
  if (!made) return fail(std::move(made.error()));
  const auto version = version_of(database);
  if (!version) return fail(Error(version.error()));
  const std::int64_t newest = migrations().back().version;
  if (*version > newest)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("run history '{}' has schema version {}, and this thresher knows versions up to {}: use the "
                    "newer thresher, or another history (DATABASE_URL)",
                    database.shown(), *version, newest));
  for (const Migration& migration : migrations()) {
    if (migration.version != *version + 1 || migration.version > wanted) continue;
    if (auto done = perform(database, migration, now); !done) return fail(std::move(done.error()));
  }
  if (auto committed = transaction->commit(); !committed) return fail(std::move(committed.error()));
  return *version + 1 < wanted;
}

}  // namespace

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all = {
      {1, {kRuns, "CREATE INDEX thresher_runs_started ON thresher_runs (started_ns)", kDocuments}},
      {2, {kNotes, "CREATE INDEX thresher_runs_status ON thresher_runs (status)"}},
      {3, {kProgress}},
      {4, {"ALTER TABLE thresher_runs ADD COLUMN baseline BIGINT NOT NULL DEFAULT 0"}},
  };
  return all;
}

Result<void> migrate(Database& database, WallTime now, std::int64_t target) {
  // Almost always there is nothing to do, and then nobody's lock is needed. An error means there is no such table yet,
  // or something that comes again below.
  if (const auto version = version_of(database); version && *version == target) return {};
  for (;;) {
    const auto more = step(database, now, target);
    if (!more) return fail(Error(more.error()));
    if (!*more) return {};
  }
}

}  // namespace thresher::store
