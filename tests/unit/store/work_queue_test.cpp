#include "store/recovery/work_queue.h"

#include "recovery_world.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using namespace thresher::store::test;
using Catch::Matchers::Contains;

TEST_CASE("work is taken by priority, then by age", "[store][recovery]") {
  RecoveryWorld world;
  world.add({.task_id = "t", .work_type = "w", .work_item_id = "old"});
  world.advance(1s);
  world.add({.task_id = "t", .work_type = "w", .work_item_id = "young"});
  world.add({.task_id = "t", .work_type = "w", .priority = 1, .work_item_id = "urgent"});
  CHECK(world.lease("a").work_item_id == "urgent");
  CHECK(world.lease("a").work_item_id == "old");
  CHECK(world.lease("a").work_item_id == "young");
  CHECK_FALSE(must(world.kit->queue().acquire({.holder = "a", .duration = 1s})).has_value());
}

TEST_CASE("work can be asked for by item, task and type", "[store][recovery]") {
  RecoveryWorld world;
  world.add({.task_id = "t1", .work_type = "w1", .work_item_id = "one"});
  world.add({.task_id = "t2", .work_type = "w2", .work_item_id = "two"});
  auto& queue = world.kit->queue();
  CHECK_FALSE(must(queue.acquire({.holder = "a", .duration = 1s, .task_id = "t1", .work_type = "w2"})).has_value());
  CHECK(must(queue.acquire({.holder = "a", .duration = 1s, .work_type = "w2"}))->work_item_id == "two");
  CHECK(must(queue.acquire({.holder = "a", .duration = 1s, .work_item_id = "one"}))->task_id == "t1");
}

TEST_CASE("adding an item that is there already changes nothing", "[store][recovery]") {
  RecoveryWorld world;
  world.add({.task_id = "t", .work_type = "w", .input = "1", .work_item_id = "x"});
  world.add({.task_id = "t", .work_type = "w", .input = "2", .work_item_id = "x"});
  CHECK(must(world.kit->queue().list()).size() == 1);
  CHECK(must(world.kit->queue().get("x")).input == "1");
}

TEST_CASE("a lease that ran out is taken over after a sweep, and its old holder is refused", "[store][recovery]") {
  RecoveryWorld world;
  auto& queue = world.kit->queue();
  const std::string id = world.add();
  const Lease first = world.lease("worker-1");
  CHECK(first.work_item_id == id);
  world.advance(2s);
  CHECK(must(queue.sweep()).expired_found == 0);
  CHECK_FALSE(must(queue.acquire({.holder = "worker-2", .duration = 3s})).has_value());
  world.advance(1s);  // to the nanosecond: a lease of three seconds is over after three seconds
  const RecoveryStatistics swept = must(queue.sweep());
  CHECK(swept.expired_found == 1);
  CHECK(swept.recovered == 1);
  CHECK(swept.failed == 0);
  CHECK(swept.checkpoints_created == 1);
  CHECK(swept.errors.empty());
  const Lease second = world.lease("worker-2");
  CHECK(second.fence == first.fence + 1);
  CHECK(second.retry_count == 1);
  CHECK(must(queue.get(id)).lease_holder == "worker-2");

  CHECK(code_of(queue.heartbeat(first, 3s)) == ErrorCode::cancelled);
  CHECK(code_of(queue.complete(first, "{}")) == ErrorCode::cancelled);
  CHECK(code_of(queue.release(first)) == ErrorCode::cancelled);
  CHECK(code_of(queue.give_up(first, "no")) == ErrorCode::cancelled);
  const auto refused = queue.check(first);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("'worker-2' has held it since, by lease 2"));
  CHECK(must(queue.get(id)).status == WorkStatus::in_progress);
  must(queue.complete(second, "42"));
  CHECK(must(queue.get(id)).output == "42");
}

TEST_CASE("a holder whose lease ran out is refused before anybody swept", "[store][recovery]") {
  RecoveryWorld world;
  world.add();
  const Lease lease = world.lease("a", 500us);
  world.advance(499us);
  must(world.kit->queue().check(lease));
  world.advance(1us);
  CHECK(code_of(world.kit->queue().heartbeat(lease, 3s)) == ErrorCode::cancelled);
  const auto late = world.kit->queue().complete(lease, "{}");
  REQUIRE_FALSE(late);
  CHECK_THAT(late.error().message, Contains("its lease ran out"));
}

TEST_CASE("heartbeats keep a lease for as long as they come", "[store][recovery]") {
  RecoveryWorld world;
  const std::string id = world.add();
  Lease lease = world.lease("a");
  for (int i = 0; i < 10; ++i) {
    world.advance(2s);
    lease = must(world.kit->queue().heartbeat(lease, 3s));
    CHECK(must(world.kit->queue().sweep()).expired_found == 0);
  }
  CHECK(lease.expires_at == world.wall + 3s);
  CHECK(must(world.kit->queue().get(id)).heartbeat_at == world.wall);
}

TEST_CASE("an item is attempted exactly once more than its retries", "[store][recovery]") {
  const bool dies = GENERATE(true, false);  // its holder dies, or gives up
  const int max_retries = GENERATE(0, 1, 3);
  RecoveryWorld world;
  const std::string id = world.add({.task_id = "t", .work_type = "w", .max_retries = max_retries});
  int attempts = 0;
  while (const auto lease = must(world.kit->queue().acquire({.holder = "a", .duration = 1s}))) {
    ++attempts;
    if (dies) {
      world.advance(1s);
      must(world.kit->queue().sweep());
    } else {
      must(world.kit->queue().give_up(*lease, "no luck"));
    }
    REQUIRE(attempts < 10);
  }
  CHECK(attempts == 1 + max_retries);
  const WorkItem item = must(world.kit->queue().get(id));
  CHECK(item.status == (dies ? WorkStatus::expired : WorkStatus::failed));
  CHECK(item.retry_count == max_retries);
  CHECK_THAT(item.error.value_or(""), Contains(dies ? "the lease of 'a' ran out" : "no luck"));
}

TEST_CASE("a release is no attempt used up", "[store][recovery]") {
  RecoveryWorld world;
  world.add();
  for (int i = 0; i < 5; ++i) {
    const Lease lease = world.lease("a");
    CHECK(lease.retry_count == 0);
    must(world.kit->queue().release(lease));
  }
}

TEST_CASE("nothing leaves a final status", "[store][recovery]") {
  RecoveryWorld world;
  const std::string id = world.add();
  const Lease lease = world.lease("a");
  must(world.kit->queue().complete(lease, "1"));
  CHECK(code_of(world.kit->queue().complete(lease, "2")) == ErrorCode::cancelled);
  CHECK(code_of(world.kit->queue().give_up(lease, "x")) == ErrorCode::cancelled);
  CHECK(code_of(world.kit->queue().release(lease)) == ErrorCode::cancelled);
  world.advance(1h);
  CHECK(must(world.kit->queue().sweep()).expired_found == 0);
  CHECK(must(world.kit->queue().get(id)).output == "1");
  CHECK_FALSE(must(world.kit->queue().acquire({.holder = "b", .duration = 1s})).has_value());
}

TEST_CASE("a wall clock that is set moves no lease", "[store][recovery]") {
  RecoveryWorld world;
  world.add();
  const Lease lease = world.lease("a");
  const auto step = GENERATE(-24h, 24h);
  world.wall += step;
  world.since_boot += 1s;
  must(world.kit->queue().check(lease));
  CHECK(must(world.kit->queue().sweep()).expired_found == 0);
  world.since_boot += 2s;
  CHECK(must(world.kit->queue().sweep()).expired_found == 1);
}

TEST_CASE("a reboot ends every lease", "[store][recovery]") {
  RecoveryWorld world;
  world.add();
  const Lease lease = world.lease("a", 10h);
  world.boot = "the next boot";
  world.since_boot = 1min;
  const auto kit = world.open();
  CHECK(code_of(kit->queue().check(lease)) == ErrorCode::cancelled);
  CHECK(must(kit->queue().sweep()).recovered == 1);
}

TEST_CASE("a sweep leaves a mark in the history of each task it touched", "[store][recovery]") {
  RecoveryWorld world;
  const std::string id = world.add();
  must(world.kit->checkpoints().append({.task_id = "task", .snapshot = "{}"}));
  world.lease("a");
  world.advance(3s);
  must(world.kit->queue().sweep());
  const auto last = must(world.kit->checkpoints().last("task"));
  REQUIRE(last.has_value());
  CHECK(last->type == CheckpointType::error_boundary);
  CHECK(last->sequence_number == 2);
  CHECK(last->work_item_id == id);
  const auto events = must(world.kit->database().execute("SELECT event FROM task_audits ORDER BY audit_id"));
  std::vector<std::string> names;
  for (const auto& row : events.rows) names.push_back(std::get<std::string>(row[0]));
  CHECK(names == std::vector<std::string>{"added", "leased", "recovered"});
}

TEST_CASE("what does not exist is said to be missing", "[store][recovery]") {
  RecoveryWorld world;
  CHECK(code_of(world.kit->queue().get("nobody")) == ErrorCode::not_found);
  Lease lease;
  lease.work_item_id = "nobody";
  CHECK(code_of(world.kit->queue().complete(lease, "")) == ErrorCode::not_found);
  CHECK(code_of(world.kit->task("nobody")) == ErrorCode::not_found);
}

TEST_CASE("a task's own end is final", "[store][recovery]") {
  RecoveryWorld world;
  must(world.kit->set_task("t", "running"));
  must(world.kit->set_task("t", "succeeded"));
  CHECK(code_of(world.kit->set_task("t", "running")) == ErrorCode::cancelled);
  CHECK(must(world.kit->task("t")) == "succeeded");
}
