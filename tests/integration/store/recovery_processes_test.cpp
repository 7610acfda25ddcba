// Several processes at one recovery store: writing at once, racing, and dying in the middle.
#include <fmt/format.h>

#include <memory>
#include <set>
#include <vector>

#include "child.h"
#include "histories.h"
#include "store/recovery/recovery_store.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;

namespace {

constexpr int kProcesses = 20;

/// Twenty processes that do the same at once; what they said, a line each time, in no order.
std::vector<std::string> said_by_twenty(const std::string& path,
                                        const std::function<void(RecoveryStore&, int number, int out)>& work) {
  const Gate gate;
  std::vector<std::unique_ptr<Child>> children;
  for (int number = 0; number < kProcesses; ++number) {
    children.push_back(std::make_unique<Child>([&, number](int out) {
      gate.wait();
      const auto kit = must(RecoveryStore::open(path));
      work(*kit, number, out);
    }));
  }
  gate.open();
  std::vector<std::string> lines;
  for (const auto& child : children) {
    for (std::string line = child->line(); !line.empty(); line = child->line()) lines.push_back(line);
    CHECK(child->wait() == 0);
  }
  return lines;
}

}  // namespace

TEST_CASE("twenty processes share a store without a lock error, and number checkpoints without a gap",
          "[integration][store][recovery]") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "kit.db";
  constexpr int kEach = 20;
  const auto lines = said_by_twenty(path, [](RecoveryStore& kit, int, int) {
    for (int i = 0; i < kEach; ++i) must(kit.checkpoints().append({.task_id = "shared", .snapshot = "{}"}));
  });
  CHECK(lines.empty());  // an error would have been a line
  const auto kit = must(RecoveryStore::open(path));
  CHECK(must(kit->checkpoints().count("shared")) == kProcesses * kEach);
  must(kit->checkpoints().verify("shared"));
}

TEST_CASE("a store of its own for each of twenty processes keeps each one's checkpoints",
          "[integration][store][recovery]") {
  const test::TemporaryFolder folder;
  const auto path = [&folder](int number) { return (folder / fmt::format("kit{}.db", number)).string(); };
  const auto lines = said_by_twenty(path(0), [&](RecoveryStore&, int number, int) {
    const auto own = must(RecoveryStore::open(path(number)));
    for (int i = 0; i < 10; ++i) must(own->checkpoints().append({.task_id = "mine", .snapshot = "{}"}));
  });
  CHECK(lines.empty());
  for (int number = 0; number < kProcesses; ++number)
    CHECK(must(must(RecoveryStore::open(path(number)))->checkpoints().count("mine")) == 10);
}

TEST_CASE("of twenty who race for a key, one executes", "[integration][store][recovery]") {
  const test::TemporaryFolder folder;
  constexpr int kKeys = 25;
  const auto lines = said_by_twenty(folder / "kit.db", [](RecoveryStore& kit, int, int out) {
    for (int i = 0; i < kKeys; ++i) {
      const std::string key = fmt::format("key {}", i);
      if (must(kit.effects().claim({.key = key, .request_hash = sha256_of(key)})).kind == Claim::Kind::execute)
        Child::say(out, key);
    }
  });
  CHECK(lines.size() == kKeys);
  CHECK(std::set<std::string>(lines.begin(), lines.end()).size() == kKeys);
}

TEST_CASE("twenty workers take fifty items, each once", "[integration][store][recovery]") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "kit.db";
  constexpr int kItems = 50;
  const auto kit = must(RecoveryStore::open(path));
  for (int i = 0; i < kItems; ++i) must(kit->queue().add({.task_id = "t", .work_type = "w"}));
  const auto lines = said_by_twenty(path, [](RecoveryStore& own, int number, int out) {
    while (const auto lease = must(own.queue().acquire({.holder = fmt::format("{}", number), .duration = 1h}))) {
      must(own.queue().complete(*lease, "{}"));
      Child::say(out, lease->work_item_id);
    }
  });
  CHECK(lines.size() == kItems);
  CHECK(std::set<std::string>(lines.begin(), lines.end()).size() == kItems);
  CHECK(must(kit->queue().list("t", WorkStatus::completed)).size() == kItems);
}

TEST_CASE("kill -9 loses no checkpoint that was acknowledged", "[integration][store][recovery]") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "kit.db";
  std::int64_t before = 0;
  for (int round = 0; round < 10; ++round) {
    Child child([&](int out) {
      const auto kit = must(RecoveryStore::open(path));
      for (;;) {
        const auto made = must(kit->checkpoints().append({.task_id = "t", .snapshot = std::string(5000, 's')}));
        Child::say(out, fmt::format("{}", made.sequence_number));
      }
    });
    std::int64_t acknowledged = 0;
    for (int lines = 0; lines < 3 + round * 2; ++lines) acknowledged = std::stoll(child.line());
    child.kill();
    for (std::string line = child.line(); !line.empty(); line = child.line()) acknowledged = std::stoll(line);
    const auto kit = must(RecoveryStore::open(path));
    const std::int64_t there = must(kit->checkpoints().count("t"));
    CHECK(there >= acknowledged);
    CHECK(there <= acknowledged + 1);
    CHECK(acknowledged > before);
    must(kit->checkpoints().verify("t"));
    before = there;
  }
}
