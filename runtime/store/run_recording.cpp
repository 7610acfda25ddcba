#include "store/run_recording.h"

#include <utility>

#include "base/log.h"
#include "store/run_figures.h"

namespace thresher::store {

Result<std::unique_ptr<RunRecording>> RunRecording::begin(std::unique_ptr<RunStore> store, const RunStart& start,
                                                          Nanoseconds interval) {
  auto id = store->begin(start);
  if (!id) return fail(std::move(id.error()));
  return std::unique_ptr<RunRecording>(new RunRecording(std::move(store), std::move(*id), interval));
}

Result<std::unique_ptr<RunRecording>> RunRecording::take_over(std::unique_ptr<RunStore> store, const std::string& id,
                                                              Nanoseconds interval) {
  if (auto taken = store->take_over(id); !taken) return fail(std::move(taken.error()));
  return std::unique_ptr<RunRecording>(new RunRecording(std::move(store), id, interval));
}

RunRecording::RunRecording(std::unique_ptr<RunStore> store, std::string id, Nanoseconds interval)
    : store_(std::move(store)), id_(std::move(id)), heart_([this, interval] { beat(interval); }) {}

RunRecording::~RunRecording() { stop_beating(); }

void RunRecording::on_finish(const engine::Snapshot& snapshot) {
  figures_ = figures_of(snapshot);
  validity_ = engine::name_of(snapshot.validity.state);
}

Result<void> RunRecording::finish(RunEnd end) {
  stop_beating();
  end.figures = figures_;
  end.validity = validity_;
  return store_->finish(id_, end);
}

void RunRecording::beat(Nanoseconds interval) {
  bool told = false;
  std::unique_lock lock(mutex_);
  while (stopping_.wait_for(lock, interval, [this] { return stop_ || progress_; }), !stop_) {
    const std::optional<std::string> progress = std::exchange(progress_, std::nullopt);
    lock.unlock();  // stop_beating() may set its flag while the disk is slow
    const auto beaten = progress ? store_->save_progress(id_, *progress) : store_->heartbeat(id_);
    if (!beaten && !told) {
      log::warn("no sign of life in the run history: {}", beaten.error().message);
      told = true;
    }
    lock.lock();
  }
}

void RunRecording::save_progress(std::string progress) {
  {
    const std::lock_guard lock(mutex_);
    progress_ = std::move(progress);
  }
  stopping_.notify_all();
}

void RunRecording::stop_beating() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_all();
  if (heart_.joinable()) heart_.join();
}

}  // namespace thresher::store
