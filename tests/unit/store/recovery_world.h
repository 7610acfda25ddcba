#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "store/recovery/recovery_store.h"
#include "support/temporary_folder.h"

namespace thresher::store::test {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(to_text(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE(!result.has_value());
  return result.error().code;
}

/// A kit in a temporary folder whose clocks the test moves.
struct RecoveryWorld {
  thresher::test::TemporaryFolder folder;
  std::string path = folder / "kit.db";
  Nanoseconds since_boot = std::chrono::hours(1);
  WallTime wall{std::chrono::hours(24 * 365 * 50)};
  std::string boot = "this boot";
  std::unique_ptr<RecoveryStore> kit = open();

  RecoveryClock clock() {
    return {.now = [this] { return Moment{wall, since_boot}; }, .boot = boot};
  }
  std::unique_ptr<RecoveryStore> open() { return must(RecoveryStore::open(path, clock())); }
  void advance(Nanoseconds time) {
    since_boot += time;
    wall += time;
  }

  std::string add(NewWork work = {.task_id = "task", .work_type = "sweep"}) { return must(kit->queue().add(work)); }
  Lease lease(const std::string& holder, Nanoseconds duration = std::chrono::seconds(3)) {
    auto lease = must(kit->queue().acquire({.holder = holder, .duration = duration}));
    REQUIRE(lease.has_value());
    return *lease;
  }
};

}  // namespace thresher::store::test
