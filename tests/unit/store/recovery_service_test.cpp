#include "store/recovery/recovery_service.h"

#include <atomic>
#include <future>

#include "recovery_world.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using namespace thresher::store::test;

namespace {

Result<void> append(RecoveryStore& kit, const std::string& task) {
  auto made = kit.checkpoints().append({.task_id = task});
  if (!made) return fail(std::move(made.error()));
  return {};
}

}  // namespace

TEST_CASE("what the service has acknowledged is on the disk", "[store][recovery]") {
  RecoveryWorld world;
  constexpr int kCount = 2000;
  std::atomic<int> acknowledged = 0;
  {
    const auto service = must(RecoveryService::start(world.path, world.clock()));
    for (int i = 0; i < kCount; ++i)
      service->do_later([](RecoveryStore& kit) { return append(kit, "t"); },
                        [&](const Result<void>& done) { acknowledged += done ? 1 : 0; });
  }  // what was asked for is done before it is gone
  CHECK(acknowledged == kCount);
  CHECK(must(world.kit->checkpoints().count("t")) == kCount);
  must(world.kit->checkpoints().verify("t"));
}

TEST_CASE("work that is refused leaves its neighbours' work alone", "[store][recovery]") {
  RecoveryWorld world;
  world.add();
  const Lease stale = world.lease("a");
  world.advance(3s);
  std::promise<Result<void>> first, refused, third;
  {
    const auto service = must(RecoveryService::start(world.path, world.clock()));
    service->do_later([](RecoveryStore& kit) { return append(kit, "t"); },
                      [&](Result<void> done) { first.set_value(std::move(done)); });
    service->do_later([&](RecoveryStore& kit) { return kit.queue().complete(stale, "{}"); },
                      [&](Result<void> done) { refused.set_value(std::move(done)); });
    service->do_later([](RecoveryStore& kit) { return append(kit, "t"); },
                      [&](Result<void> done) { third.set_value(std::move(done)); });
  }
  CHECK(first.get_future().get().has_value());
  CHECK(code_of(refused.get_future().get()) == ErrorCode::cancelled);
  CHECK(third.get_future().get().has_value());
  CHECK(must(world.kit->checkpoints().count("t")) == 2);
}

TEST_CASE("a batch the database could not keep is acknowledged to nobody", "[store][recovery]") {
  RecoveryWorld world;
  std::promise<void> go;
  std::vector<Result<void>> told;
  {
    const auto service = must(RecoveryService::start(world.path, world.clock()));
    // While this one holds the thread, the next two become one batch.
    service->do_later(
        [waits = go.get_future().share()](RecoveryStore&) {
          waits.wait();
          return Result<void>();
        },
        [](const Result<void>&) {});
    service->do_later([](RecoveryStore& kit) { return append(kit, "t"); },
                      [&](Result<void> done) { told.push_back(std::move(done)); });
    service->do_later([](RecoveryStore&) { return Result<void>(fail(ErrorCode::io, "the disk is on fire")); },
                      [&](Result<void> done) { told.push_back(std::move(done)); });
    service->do_later([](RecoveryStore& kit) { return append(kit, "t"); },
                      [&](Result<void> done) { told.push_back(std::move(done)); });
    go.set_value();
  }
  REQUIRE(told.size() == 3);
  for (const Result<void>& done : told) CHECK(code_of(done) == ErrorCode::io);
  CHECK(must(world.kit->checkpoints().count("t")) == 0);
}
