// What the recovery kit does a second, durable when acknowledged: build/release/bench_recovery
//
// The public recovery system states 200 checkpoints, 2,000 cache look-ups, 1,666 replays and 200 recovered leases a
// second.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "store/recovery/recovery_service.h"

namespace {

using namespace std::chrono_literals;
using namespace thresher::store;

template <class T>
T must(thresher::Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", to_text(result.error()));
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A kit in a folder of its own, in the system's folder for temporary files or in BENCH_FOLDER.
class Kit {
 public:
  Kit() {
    const char* wanted = std::getenv("BENCH_FOLDER");
    std::string pattern = (wanted == nullptr ? std::filesystem::temp_directory_path().string() : wanted) + "/kitXXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Kit() { std::filesystem::remove_all(folder_); }
  Kit(const Kit&) = delete;
  Kit& operator=(const Kit&) = delete;
  std::string path() const { return folder_ + "/kit.db"; }

 private:
  std::string folder_;
};

const std::string kState(512, 's');

// One writer who waits for each: a sync of the disk per checkpoint.
void checkpoints_one_by_one(benchmark::State& state) {
  const Kit kit;
  const auto store = must(RecoveryStore::open(kit.path()));
  for (auto _ : state) must(store->checkpoints().append({.task_id = "t", .snapshot = kState}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(checkpoints_one_by_one)->UseRealTime();

// As many writers as a run has users, each of whom waits for his own.
void checkpoints_of_users(benchmark::State& state) {
  const Kit kit;
  const auto service = must(RecoveryService::start(kit.path()));
  const auto users = state.range(0);
  for (auto _ : state) {
    std::promise<void> all;
    std::atomic<std::int64_t> left = users;
    for (std::int64_t user = 0; user < users; ++user) {
      service->do_later(
          [task = fmt::format("t{}", user)](RecoveryStore& store) {
            must(store.checkpoints().append({.task_id = task, .snapshot = kState}));
            return thresher::Result<void>();
          },
          [&](const thresher::Result<void>&) {
            if (--left == 0) all.set_value();
          });
    }
    all.get_future().wait();
  }
  state.SetItemsProcessed(state.iterations() * users);
}
BENCHMARK(checkpoints_of_users)->Arg(10)->Arg(100)->UseRealTime();

void fill_effects(RecoveryStore& store, int count, const std::string& answer) {
  auto transaction = must(Transaction::begin(store.database()));
  for (int i = 0; i < count; ++i) {
    const std::string key = fmt::format("key {}", i);
    must(store.effects().complete(must(store.effects().claim({.key = key, .request_hash = sha256_of(key)})), answer));
  }
  must(transaction.commit());
}

// A cached answer of a language model, or a tool's output, instead of asking again.
void replays(benchmark::State& state) {
  const Kit kit;
  const auto store = must(RecoveryStore::open(kit.path()));
  constexpr int kKeys = 1000;
  fill_effects(*store, kKeys, kState);
  int next = 0;
  for (auto _ : state) {
    const std::string key = fmt::format("key {}", next++ % kKeys);
    const Claim claim = must(store->effects().claim({.key = key, .request_hash = sha256_of(key)}));
    if (claim.kind != Claim::Kind::replay) std::abort();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(replays)->UseRealTime();

void recovered_leases(benchmark::State& state) {
  const Kit kit;
  thresher::Nanoseconds since_boot = 1h;
  const auto store = must(RecoveryStore::open(kit.path(), {.now =
                                                               [&] {
                                                                 return Moment{{}, since_boot};
                                                               },
                                                           .boot = "bench"}));
  const auto leases = state.range(0);
  for (auto _ : state) {
    state.PauseTiming();
    {
      auto transaction = must(Transaction::begin(store->database()));
      for (std::int64_t i = 0; i < leases; ++i) {
        must(store->queue().add({.task_id = "t", .work_type = "w", .max_retries = 0}));
        must(store->queue().acquire({.holder = "h", .duration = 1s}));
      }
      must(transaction.commit());
    }
    since_boot += 1s;
    state.ResumeTiming();
    if (must(store->queue().sweep()).expired_found != leases) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * leases);
}
BENCHMARK(recovered_leases)->Arg(100)->Arg(1000)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
