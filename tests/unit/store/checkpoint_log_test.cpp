#include "store/recovery/checkpoint_log.h"

#include "recovery_world.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using namespace thresher::store::test;
using Catch::Matchers::Contains;

TEST_CASE("a task's checkpoints are numbered from one, each task's by itself", "[store][recovery]") {
  RecoveryWorld world;
  auto& log = world.kit->checkpoints();
  CHECK_FALSE(must(log.last("a")).has_value());
  for (int i = 1; i <= 3; ++i) {
    const Checkpoint made = must(log.append({.task_id = "a",
                                             .type = CheckpointType::iteration_end,
                                             .snapshot = R"({"iteration":)" + std::to_string(i) + "}",
                                             .metadata = R"({"why":"test"})"}));
    CHECK(made.sequence_number == i);
    must(log.append({.task_id = "b"}));
  }
  const auto last = must(world.open()->checkpoints().last("a"));
  REQUIRE(last.has_value());
  CHECK(last->sequence_number == 3);
  CHECK(last->snapshot == R"({"iteration":3})");
  CHECK(last->metadata == R"({"why":"test"})");
  CHECK(last->type == CheckpointType::iteration_end);
  CHECK(last->created_at == world.wall);
  CHECK(must(log.count("a")) == 3);
  CHECK(must(log.count()) == 6);
  const auto recent = must(log.recent("a", 2));
  REQUIRE(recent.size() == 2);
  CHECK(recent[0].sequence_number == 2);
  must(log.verify("a"));
}

TEST_CASE("a checkpoint by a holder who lost the lease is refused", "[store][recovery]") {
  RecoveryWorld world;
  const std::string id = world.add();
  const Lease lease = world.lease("a");
  auto& log = world.kit->checkpoints();
  must(log.append({.task_id = "task", .work_item_id = id, .lease = &lease}));
  world.advance(3s);
  CHECK(code_of(log.append({.task_id = "task", .work_item_id = id, .lease = &lease})) == ErrorCode::cancelled);
  CHECK(must(log.count("task")) == 1);
}

TEST_CASE("verifying names the first checkpoint that is missing or changed", "[store][recovery]") {
  RecoveryWorld world;
  auto& log = world.kit->checkpoints();
  for (int i = 0; i < 3; ++i) must(log.append({.task_id = "t", .snapshot = "{}"}));
  SECTION("changed") {
    must(world.kit->database().execute("UPDATE checkpoints SET snapshot_data = '[]' WHERE sequence_number = 2"));
    const auto wrong = log.verify("t");
    REQUIRE_FALSE(wrong);
    CHECK_THAT(wrong.error().message, Contains("checkpoint 2 does not have the hash it was written with"));
  }
  SECTION("missing") {
    must(world.kit->database().execute("DELETE FROM checkpoints WHERE sequence_number = 2"));
    const auto wrong = log.verify("t");
    REQUIRE_FALSE(wrong);
    CHECK_THAT(wrong.error().message, Contains("checkpoint 3 follows 1; 2 is missing"));
  }
}

TEST_CASE("the hash is SHA-256", "[store][recovery]") {
  // FIPS 180-2's first example
  CHECK(sha256_of("abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("every type of checkpoint has the public system's name", "[store][recovery]") {
  for (const char* name : {"iteration_start", "iteration_end", "tool_executed", "llm_response", "approval_point",
                           "state_transition", "manual_checkpoint", "error_boundary"}) {
    const auto type = checkpoint_type_named(name);
    REQUIRE(type.has_value());
    CHECK(name_of(*type) == name);
  }
  CHECK_FALSE(checkpoint_type_named("checkpoint").has_value());
}
