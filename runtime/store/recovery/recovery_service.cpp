#include "store/recovery/recovery_service.h"

#include <optional>
#include <utility>
#include <vector>

namespace thresher::store {

Result<std::unique_ptr<RecoveryService>> RecoveryService::start(const std::filesystem::path& path,
                                                                RecoveryClock clock) {
  auto store = RecoveryStore::open(path, std::move(clock));
  if (!store) return fail(std::move(store.error()));
  return std::unique_ptr<RecoveryService>(new RecoveryService(std::move(*store), {}));
}

std::unique_ptr<RecoveryService> RecoveryService::start_later(Open open) {
  return std::unique_ptr<RecoveryService>(new RecoveryService(nullptr, std::move(open)));
}

RecoveryService::RecoveryService(std::unique_ptr<RecoveryStore> store, Open open)
    : store_(std::move(store)), open_(std::move(open)), thread_([this] { serve(); }) {}

RecoveryService::~RecoveryService() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  asked_for_.notify_one();
  thread_.join();
}

void RecoveryService::do_later(Work work, Done done) { ask({std::move(work), std::move(done), false}); }

void RecoveryService::look_later(Work work, Done done) { ask({std::move(work), std::move(done), true}); }

void RecoveryService::ask(Asked asked) {
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(asked));
  }
  asked_for_.notify_one();
}

void RecoveryService::serve() {
  for (;;) {
    std::deque<Asked> batch;
    {
      std::unique_lock lock(mutex_);
      asked_for_.wait(lock, [this] { return closing_ || !asked_.empty(); });
      if (asked_.empty()) return;
      while (!asked_.empty() && batch.size() < kTogether) {
        batch.push_back(std::move(asked_.front()));
        asked_.pop_front();
      }
    }
    perform(std::move(batch));
  }
}

Result<void> RecoveryService::make_open() {
  if (store_) return {};
  auto opened = open_();
  if (!opened) return fail(std::move(opened.error()));
  store_ = std::move(*opened);
  return {};
}

void RecoveryService::perform(std::deque<Asked> batch) {
  if (const auto ready = make_open(); !ready) {
    for (const Asked& asked : batch) asked.done(fail(Error(ready.error())));
    return;
  }
  for (const Asked& asked : batch)
    if (asked.only_reads) asked.done(asked.work(*store_));
  std::erase_if(batch, [](const Asked& asked) { return asked.only_reads; });
  if (!batch.empty()) write(batch);
}

void RecoveryService::write(const std::deque<Asked>& batch) {
  std::vector<Result<void>> results;
  const auto tell = [&] {
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(results[i]));
  };
  auto transaction = Transaction::begin(store_->database());
  if (!transaction) {
    results.assign(batch.size(), fail(Error(transaction.error())));
    return tell();
  }
  std::optional<Error> lost;  // the database failed: nothing of the batch is kept
  for (const Asked& asked : batch) {
    if (lost) {
      results.emplace_back(fail(*lost));
      continue;
    }
    results.push_back(asked.work(*store_));
    if (!results.back() && results.back().error().code == ErrorCode::io) lost = results.back().error();
  }
  if (!lost) {
    if (auto committed = transaction->commit(); !committed) lost = committed.error();
  }
  if (lost)
    for (Result<void>& result : results)
      if (result) result = fail(*lost);
  tell();
}

}  // namespace thresher::store
