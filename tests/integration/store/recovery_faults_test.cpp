// The kit's file under a fault loop: the first, second, third ... call that changes a file goes wrong, and whatever was
// acknowledged is there afterwards.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "store/recovery/recovery_store.h"
#include "support/faulty_vfs.h"
#include "support/temporary_folder.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using Catch::Matchers::Contains;
using test::FaultyVfs;

namespace {

constexpr int kItems = 2, kCheckpoints = 4;

/// What a worker was told: everything in here has to be there later.
struct Acknowledged {
  std::vector<std::string> items, completed;
  std::int64_t checkpoints = 0;
  std::vector<std::string> keys;
  std::vector<std::string> errors;
};

template <class T>
bool kept(const Result<T>& result, Acknowledged& acknowledged) {
  if (!result) acknowledged.errors.push_back(to_text(result.error()));
  return result.has_value();
}

/// A worker's life on a file that may fail it; it goes on after an error, as a worker would.
Acknowledged work(const std::string& path) {
  Acknowledged told;
  auto opened = RecoveryStore::open(path);
  if (!kept(opened, told)) return told;
  RecoveryStore& kit = **opened;
  for (int i = 0; i < kItems; ++i) {
    auto id = kit.queue().add({.task_id = "t", .work_type = "w", .work_item_id = "item " + std::to_string(i)});
    if (kept(id, told)) told.items.push_back(*id);
  }
  for (int i = 0; i < kItems; ++i) {
    auto lease = kit.queue().acquire({.holder = "me", .duration = 1h});
    if (!kept(lease, told) || !lease->has_value()) continue;
    if (kept(kit.queue().complete(**lease, "done"), told)) told.completed.push_back((*lease)->work_item_id);
  }
  for (int i = 0; i < kCheckpoints; ++i) {
    auto made = kit.checkpoints().append({.task_id = "t", .snapshot = std::string(3000, 'a')});
    if (kept(made, told)) told.checkpoints = made->sequence_number;
    const EffectRequest effect = {.key = "key " + std::to_string(i), .request_hash = sha256_of("x")};
    auto claim = kit.effects().claim(effect);
    if (kept(claim, told) && kept(kit.effects().complete(*claim, "effect"), told)) told.keys.push_back(effect.key);
  }
  return told;
}

void check_kept(const std::string& path, const Acknowledged& told) {
  auto kit = RecoveryStore::open(path);
  if (!kit) FAIL(to_text(kit.error()));
  const auto integrity = (*kit)->database().execute("PRAGMA integrity_check");
  REQUIRE(integrity.has_value());
  CHECK(std::get<std::string>(integrity->rows.at(0).at(0)) == "ok");
  for (const std::string& id : told.items) CHECK((*kit)->queue().get(id).has_value());
  for (const std::string& id : told.completed) {
    const auto item = (*kit)->queue().get(id);
    REQUIRE(item.has_value());
    CHECK(item->status == WorkStatus::completed);
  }
  const auto verified = (*kit)->checkpoints().verify("t");
  CHECK(verified.has_value());
  const auto count = (*kit)->checkpoints().count("t");
  REQUIRE(count.has_value());
  CHECK(*count >= told.checkpoints);
  CHECK(*count <= told.checkpoints + 1);  // the one whose acknowledgement was lost may be there
  for (const std::string& key : told.keys) {
    const auto response = (*kit)->effects().look_up(key);
    REQUIRE(response.has_value());
    CHECK(*response == "effect");
  }
}

}  // namespace

TEST_CASE("whatever call to the system goes wrong, what the kit acknowledged is kept",
          "[integration][store][recovery]") {
  using Fault = FaultyVfs::Fault;
  const auto fault = GENERATE(Fault::io_error, Fault::disk_full, Fault::killed, Fault::power_cut);
  CAPTURE(static_cast<int>(fault));
  std::uint64_t at = 1;
  for (bool struck = true; struck; ++at) {
    CAPTURE(at);
    const test::TemporaryFolder folder;
    const std::string path = folder / "kit.db";
    FaultyVfs vfs;
    vfs.arm(fault, at);
    const Acknowledged told = work(path);
    struck = vfs.struck();
    vfs.heal();
    if (!struck) CHECK(told.checkpoints == kCheckpoints);
    for (const std::string& error : told.errors) CHECK_THAT(error, Contains("recovery store '" + path + "': "));
    check_kept(path, told);
  }
  CHECK(at > 50);  // it did come to an end of the work by itself
}

TEST_CASE("a full disk is named, and work goes on once there is room", "[integration][store][recovery]") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "kit.db";
  FaultyVfs vfs;
  auto kit = RecoveryStore::open(path);
  REQUIRE(kit.has_value());
  vfs.arm(FaultyVfs::Fault::disk_full, 1);
  const auto refused = (*kit)->checkpoints().append({.task_id = "t", .snapshot = "{}"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "recovery store '" + path + "': the disk is full; make room and go on");
  vfs.heal();
  const auto made = (*kit)->checkpoints().append({.task_id = "t", .snapshot = "{}"});
  REQUIRE(made.has_value());
  CHECK(made->sequence_number == 1);
}
