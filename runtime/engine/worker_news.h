#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "engine/executor.h"
#include "event/loop.h"
#include "metrics/recorder.h"

namespace thresher::engine {

/// What a worker measured and counted, as sent with each second.
struct WorkerReading {
  unsigned worker = 0;
  metrics::Delta delta;       ///< since the previous reading
  VirtualUsers::Tally tally;  ///< since the start, as all below
  Executor::Dropped dropped;
  std::uint64_t abandoned_users = 0;
  Nanoseconds cpu{};  ///< of the worker's thread since load began; zero when it has none of its own
  std::vector<std::uint32_t> user_iterations;  ///< ended, by the user's place on its worker; per-vu-iterations only
  std::vector<HistoryEntry> history;           ///< recorded since the previous reading
};

/// What workers tell the coordinator. Coordinator's thread.
class WorkerNews {
 public:
  virtual void prepared(unsigned worker, Result<IterationRunner*> runner) = 0;
  virtual void setup_done(Result<std::string> data) = 0;
  virtual void read(
      std::shared_ptr<WorkerReading> reading) = 0;  ///< shared for the queue's sake only: it copies closures
  virtual void load_finished(unsigned worker) = 0;
  virtual void teardown_done(Result<void> result) = 0;
  virtual void left(unsigned worker) = 0;  ///< its runner and recorder are gone

  virtual void abort_asked(std::string why) = 0;
  virtual void failure_marked(std::string why) = 0;
  virtual void said(std::string line) = 0;

 protected:
  ~WorkerNews() = default;
};

/// The way from workers to the coordinator: any thread sends, the reader hears on the coordinator's loop. Copies share
/// one channel, which its first owner closes; what is sent or still under way then goes nowhere, however long a thread
/// lives on.
class Outbox {
 public:
  Outbox() = default;
  Outbox(event::Loop& coordinator, WorkerNews& reader) : channel_(std::make_shared<Channel>()) {
    channel_->loop = &coordinator;
    channel_->reader = &reader;
  }

  void send(std::function<void(WorkerNews&)> news) const {
    const std::lock_guard lock(channel_->mutex);  // control plane: a few messages a second
    if (channel_->loop == nullptr) return;
    channel_->loop->post([channel = channel_, news = std::move(news)] {
      if (channel->reader != nullptr) news(*channel->reader);
    });
  }

  /// Coordinator's thread.
  void close() const {
    const std::lock_guard lock(channel_->mutex);
    channel_->loop = nullptr;
    channel_->reader = nullptr;
  }

 private:
  struct Channel {
    std::mutex mutex;
    event::Loop* loop = nullptr;
    WorkerNews* reader = nullptr;  ///< only touched on the coordinator's thread
  };
  std::shared_ptr<Channel> channel_;
};

}  // namespace thresher::engine
