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

TEST_CASE("a service that opens later says why it cannot, and opens once it can", "[store][recovery]") {
  RecoveryWorld world;
  std::atomic<bool> may_open = false;
  const auto service = RecoveryService::start_later([&]() -> Result<std::unique_ptr<RecoveryStore>> {
    if (!may_open) return fail(ErrorCode::io, "no room");
    return RecoveryStore::open(world.path, world.clock());
  });
  std::promise<Result<void>> first, second;
  service->do_later([](RecoveryStore& kit) { return append(kit, "t"); },
                    [&](Result<void> done) { first.set_value(std::move(done)); });
  const Result<void> refused = first.get_future().get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "no room");
  may_open = true;
  service->do_later([](RecoveryStore& kit) { return append(kit, "t"); },
                    [&](Result<void> done) { second.set_value(std::move(done)); });
  CHECK(second.get_future().get().has_value());
  CHECK(must(world.kit->checkpoints().count("t")) == 1);
}

TEST_CASE("who only looks does not wait for another process that writes", "[store][recovery]") {
  RecoveryWorld world;
  const auto service = must(RecoveryService::start(world.path, world.clock()));
  const auto writer = must(Transaction::begin(world.kit->database()));  // held until the end of the test
  must(append(*world.kit, "t"));
  std::promise<std::int64_t> seen;
  service->look_later(
      [&](RecoveryStore& kit) -> Result<void> {
        seen.set_value(must(kit.checkpoints().count("t")));
        return {};
      },
      [](const Result<void>& done) { CHECK(done.has_value()); });
  CHECK(seen.get_future().get() == 0);  // what is not committed is not seen
}
