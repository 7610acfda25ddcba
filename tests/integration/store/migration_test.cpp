// Schema versions: old ones are brought forward with what is in them, new ones are refused.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "histories.h"
#include "store/schema.h"

using namespace thresher;
using namespace thresher::store;
using Catch::Matchers::Contains;

namespace {

std::int64_t version_of(Database& database) {
  return std::get<std::int64_t>(
      must(database.execute("SELECT MAX(version) FROM thresher_schema_version")).rows.at(0).at(0));
}

/// The first `fails_at` - 1 statements reach the database, then one does not.
class FailingDatabase final : public Database {
 public:
  FailingDatabase(std::unique_ptr<Database> database, int fails_at) : database_(std::move(database)), left_(fails_at) {}

  Result<Rows> execute(std::string_view sql, const std::vector<Value>& values) override {
    if (fails()) return fail(ErrorCode::io, "the database fell over");
    return database_->execute(sql, values);
  }
  Result<void> begin_exclusive() override {
    if (fails()) return fail(ErrorCode::io, "the database fell over");
    return database_->begin_exclusive();
  }
  Result<void> commit() override {
    if (fails()) return fail(ErrorCode::io, "the database fell over");
    return database_->commit();
  }
  void rollback() override { database_->rollback(); }
  bool in_transaction() const override { return database_->in_transaction(); }
  bool recovered() override { return false; }
  const std::string& shown() const override { return database_->shown(); }

  bool was_reached() const { return left_ <= 0; }

 private:
  bool fails() { return --left_ == 0; }
  std::unique_ptr<Database> database_;
  int left_;
};

}  // namespace

TEST_CASE("migrations are numbered from 1 without a gap", "[integration][store]") {
  std::int64_t expected = 1;
  for (const Migration& migration : migrations()) CHECK(migration.version == expected++);
}

TEMPLATE_TEST_CASE("a history of version 1 is brought to the current one with its runs", "[integration][store]",
                   SqliteHistory, PostgresHistory) {
  const TestType history;
  FakeWall wall;
  {
    const auto database = history.database();
    must(migrate(*database, wall.now, 1));
    REQUIRE(version_of(*database) == 1);
    // What version 1 wrote, in its own words.
    must(database->execute(
        "INSERT INTO thresher_runs (id, kind, status, name, files, profile, command_line, host, seed, version, tags, "
        "conditions, started_ns, owner_pid, owner_started_ticks, owner_boot, owner_pid_space, owner_machine, "
        "heartbeat_ns) "
        "VALUES ('01jabcdefghj', 'run', 'completed', 'old', '[]', 'light', '', '', '7', '0.1.0', '{}', '{}', 5, 1, 1, "
        "'', '', '', 5)"));
    must(database->execute("INSERT INTO thresher_documents (run_id, document) VALUES ('01jabcdefghj', '{\"old\":1}')"));
    CHECK_FALSE(database->execute("SELECT * FROM thresher_notes"));  // version 2 has them
  }
  const auto store = must(RunStore::open(history.location(), options_at(wall)));
  CHECK(version_of(*history.database()) == migrations().back().version);
  const RunRecord run = must(store->get("01jabcdefghj"));
  CHECK(run.start.name == "old");
  CHECK(run.document == R"({"old":1})");
  must(store->annotate(run.id, "brought forward"));
  CHECK(must(store->get(run.id)).notes.size() == 1);
}

TEMPLATE_TEST_CASE("a history of a newer thresher is refused by name and left alone", "[integration][store]",
                   SqliteHistory, PostgresHistory) {
  const TestType history;
  FakeWall wall;
  const std::int64_t newer = migrations().back().version + 7;
  {
    const auto database = history.database();
    must(migrate(*database, wall.now));
    must(database->execute("INSERT INTO thresher_schema_version (version, applied_ns) VALUES ($1, 0)", {newer}));
  }
  const auto opened = RunStore::open(history.location(), options_at(wall));
  CHECK_THAT(error_of(opened), Contains(fmt::format("has schema version {}", newer)) &&
                                   Contains(fmt::format("versions up to {}", migrations().back().version)) &&
                                   Contains("use the newer thresher"));
  CHECK(version_of(*history.database()) == newer);
}

TEMPLATE_TEST_CASE("a migration that fails at any statement leaves a whole version behind", "[integration][store]",
                   SqliteHistory, PostgresHistory) {
  FakeWall wall;
  int failures = 0;
  bool reached = true;
  for (int fails_at = 1; reached; ++fails_at) {
    REQUIRE(fails_at < 100);
    const TestType history;
    {
      FailingDatabase database(history.database(), fails_at);
      if (!migrate(database, wall.now)) ++failures;
      reached = database.was_reached();
    }
    // A version that is there has all of its tables; one that is not has none.
    const auto database = history.database();
    const auto versions = database->execute("SELECT COALESCE(MAX(version), 0) FROM thresher_schema_version");
    const std::int64_t version = versions ? std::get<std::int64_t>(versions->rows.at(0).at(0)) : 0;
    CHECK(database->execute("SELECT * FROM thresher_documents").has_value() == (version >= 1));
    CHECK(database->execute("SELECT * FROM thresher_notes").has_value() == (version >= 2));
    must(migrate(*database, wall.now));  // what was left can be gone on with
    CHECK(version_of(*database) == migrations().back().version);
  }
  CHECK(failures > 5);
}
