#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "store/recovery/recovery_store.h"

namespace thresher::store {

/// A recovery store for callers who must not wait: a thread of its own does what they ask, and everything that was
/// asked meanwhile is committed together (group commit), so that a hundred writers share one sync of the disk.
///
/// do_later() may be called from any thread; so may the destructor, which does what was asked before it returns.
class RecoveryService {
 public:
  /// Does something to the store, on the service's thread, inside a transaction. An error takes back everything the
  /// transaction holds unless nothing was written, so work that may be refused is refused before it writes.
  using Work = std::function<Result<void>(RecoveryStore&)>;
  /// Told once the work is on the disk, or why it is not. On the service's thread: it should only pass the news on.
  using Done = std::function<void(Result<void>)>;
  using Open = std::function<Result<std::unique_ptr<RecoveryStore>>()>;

  static Result<std::unique_ptr<RecoveryService>> start(const std::filesystem::path& path,
                                                        RecoveryClock clock = RecoveryClock::of_this_machine());
  /// Opens on its own thread, when first asked for something; while that fails, everybody who asks is told why.
  static std::unique_ptr<RecoveryService> start_later(Open open);
  ~RecoveryService();
  RecoveryService(const RecoveryService&) = delete;
  RecoveryService& operator=(const RecoveryService&) = delete;

  void do_later(Work work, Done done);
  /// The same for work that only reads: it is outside the transaction, and so never waits for another process's.
  void look_later(Work work, Done done);

 private:
  struct Asked {
    Work work;
    Done done;
    bool only_reads = false;
  };
  /// How much is committed together at most: what a reader who came later has to wait for.
  static constexpr std::size_t kTogether = 512;

  RecoveryService(std::unique_ptr<RecoveryStore> store, Open open);
  void ask(Asked asked);
  void serve();
  Result<void> make_open();
  void perform(std::deque<Asked> batch);
  void write(const std::deque<Asked>& batch);

  std::unique_ptr<RecoveryStore> store_;  ///< of the thread; nullptr: not opened yet
  const Open open_;
  std::mutex mutex_;
  std::condition_variable asked_for_;
  std::deque<Asked> asked_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace thresher::store
