#include "store/recovery/evidence.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "recovery_world.h"

using namespace thresher;
using namespace thresher::store;
using namespace thresher::store::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;
using Type = EvidenceItem::Type;

namespace {

EvidenceItem item(Type type, const std::string& subject, const std::string& expected = {},
                  const std::string& seen = {}) {
  return {.type = type, .subject = subject, .expected = expected, .seen = seen, .columns = {}};
}

}  // namespace

TEST_CASE("evidence is verified against the world, item by item", "[store][recovery]") {
  RecoveryWorld world;
  const std::string artifact = world.folder / "artifact";
  REQUIRE(write_file(artifact, "abc").has_value());
  const std::string id = world.add();
  EvidenceItem row = item(Type::db_row, "work_items");
  row.columns = {{"work_item_id", id}, {"status", "pending"}, {"retry_count", "0"}};
  EvidencePack pack;
  pack.items = {item(Type::artifact_exists, artifact), item(Type::file_sha256, artifact, sha256_of("abc")),
                item(Type::command_exit, "make test", "0", "0"), row};
  CHECK(must(verify_evidence(*world.kit, pack)).holds);

  world.lease("a");  // the row is no longer there
  REQUIRE(write_file(artifact, "abd").has_value());
  const EvidenceVerdict verdict = must(verify_evidence(*world.kit, pack));
  CHECK_FALSE(verdict.holds);
  CHECK(verdict.verified == 2);
  REQUIRE(verdict.missing.size() == 2);
  CHECK_THAT(verdict.missing[0], Contains("file_sha256: '" + artifact + "' does not have the hash"));
  CHECK_THAT(verdict.missing[1], Contains("db_row: 'work_items' has no such row"));

  pack.require_all = false;
  CHECK_FALSE(must(verify_evidence(*world.kit, pack)).holds);
  pack.allow_partial = true;
  pack.min_verified = 2;
  CHECK(must(verify_evidence(*world.kit, pack)).holds);
  pack.min_verified = 3;
  CHECK_FALSE(must(verify_evidence(*world.kit, pack)).holds);
}

TEST_CASE("evidence cannot ask for tables and columns that are not the kit's", "[store][recovery]") {
  RecoveryWorld world;
  EvidenceItem table = item(Type::db_row, "sqlite_master");
  CHECK(code_of(verify_evidence(*world.kit, {.items = {table}})) == ErrorCode::invalid_argument);
  EvidenceItem column = item(Type::db_row, "tasks");
  column.columns = {{"1=1 OR task_id", "x"}};
  CHECK(code_of(verify_evidence(*world.kit, {.items = {column}})) == ErrorCode::invalid_argument);
}

TEST_CASE("a diagnosis says what is in a store, who holds it, and what cannot be read", "[store][recovery]") {
  RecoveryWorld world;
  world.add();
  world.lease("a");
  for (int i = 0; i < 60; ++i) must(world.kit->checkpoints().append({.task_id = "t"}));
  SECTION("of a sound file") {
    const Json seen = Json::parse(diagnose_store(world.path, world.clock()));
    CHECK(seen.at("row_counts").at("checkpoints") == 60);
    CHECK(seen.at("checkpoints").size() == 50);
    CHECK(seen.at("checkpoints")[0].at("sequence_number") == 60);
    CHECK(seen.at("active_work_items")[0].at("lease_holder") == "a");
    CHECK(seen.at("lock") == "free");
    CHECK(seen.at("file").at("size_bytes") > 0);
    CHECK(seen.at("errors").empty());
  }
  SECTION("of one that somebody writes to") {
    auto writing = must(Transaction::begin(world.kit->database()));
    const Json seen = Json::parse(diagnose_store(world.path, world.clock()));
    CHECK_THAT(seen.at("lock").get<std::string>(), Contains("another process has held its lock"));
    CHECK(seen.at("row_counts").at("checkpoints") == 60);
  }
  SECTION("of one that is damaged") {
    world.kit.reset();
    REQUIRE(write_file(world.path, std::string(8192, 'x')).has_value());
    const Json seen = Json::parse(diagnose_store(world.path, world.clock()));
    CHECK_THAT(seen.at("errors")[0].get<std::string>(), Contains("damaged or no SQLite database"));
  }
}
