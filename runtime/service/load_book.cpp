#include "service/load_book.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "base/log.h"
#include "store/run_id.h"

namespace thresher::service {

struct LoadBook::Entry {
  std::unique_ptr<Load> load;
  std::function<store::RunEnd(LoadOutcome)> conclude;
  bool recorded = false;
};

LoadBook::LoadBook(event::Loop& loop, LoadLauncher* launcher, store::RunStore* store, std::size_t max_loads)
    : loop_(loop),
      launcher_(launcher),
      store_(store),
      max_loads_(max_loads),
      heartbeat_(loop.timers(), [this](TimePoint now) { beat(now); }) {}

LoadBook::~LoadBook() {
  while (!loads_.empty()) drop(loads_.begin()->first);
}

tl::expected<std::string, LoadBook::Refusal> LoadBook::start(WantedLoad wanted) {
  const auto refuse = [](int status, std::string why) {
    return tl::unexpected<Refusal>(Refusal{status, std::move(why)});
  };
  if (launcher_ == nullptr) return refuse(503, "this service was started without an engine to run loads with");
  if (stopping_) return refuse(503, "the service is shutting down");
  if (loads_.size() >= max_loads_)
    return refuse(
        429, fmt::format("{} loads are under way, and no more are run at a time; stop one, or wait", loads_.size()));
  auto entry = std::make_unique<Entry>();
  entry->conclude = std::move(wanted.conclude);
  const std::string id = begin_record(wanted.record, entry->recorded);
  auto load = launcher_->start(std::move(wanted.request),
                               {.on_history = std::move(wanted.on_history),
                                .on_done = [this, id](LoadOutcome outcome) { conclude(id, std::move(outcome)); }});
  if (!load) {
    store::RunEnd end;
    end.status = store::status::kFailed;
    end.verdict_text = to_text(load.error());
    end_record(id, *entry, end);
    return refuse(load.error().code == ErrorCode::invalid_argument ? 400 : 500, to_text(load.error()));
  }
  entry->load = std::move(*load);
  loads_.emplace(id, std::move(entry));
  if (!heartbeat_.armed()) heartbeat_.start_at(loop_.now() + store::RunStore::kHeartbeatInterval);
  return id;
}

Load* LoadBook::find(const std::string& id) {
  const auto at = loads_.find(id);
  return at == loads_.end() ? nullptr : at->second->load.get();
}

void LoadBook::drop(const std::string& id) {
  const auto at = loads_.find(id);
  if (at == loads_.end()) return;
  const std::unique_ptr<Entry> entry = std::move(at->second);
  loads_.erase(at);
  store::RunEnd end;
  end.status = store::status::kInterrupted;
  end.duration = entry->load->progress().elapsed;
  end_record(id, *entry, end);
}

void LoadBook::stop_all(std::function<void()> on_done) {
  stopping_ = true;
  on_all_done_ = std::move(on_done);
  for (const auto& [id, entry] : loads_) entry->load->stop();
  if (loads_.empty() && on_all_done_) std::exchange(on_all_done_, nullptr)();
}

std::string LoadBook::begin_record(const store::RunStart& start, bool& recorded) {
  if (store_ != nullptr) {
    auto id = store_->begin(start);
    recorded = id.has_value();
    if (recorded) return *id;
    log::warn("the run history does not take a {}: {}", start.kind, to_text(id.error()));
  }
  return store::make_run_id(loop_.wall_now(), ids_made_++);
}

void LoadBook::end_record(const std::string& id, const Entry& entry, const store::RunEnd& end) {
  if (!entry.recorded) return;
  if (const auto written = store_->finish(id, end); !written)
    log::warn("the run history does not take the end of {}: {}", id, to_text(written.error()));
}

/// `id` by value: the caller is the load, and goes with it.
void LoadBook::conclude(std::string id, LoadOutcome outcome) {
  const auto at = loads_.find(id);
  const std::unique_ptr<Entry> entry = std::move(at->second);
  loads_.erase(at);  // first, so that whoever is told may start the next
  store::RunEnd end;
  try {
    end = entry->conclude(std::move(outcome));
  } catch (const std::exception& bug) {
    log::error("the end of {}: {}", id, bug.what());
    end.status = store::status::kFailed;
  }
  end_record(id, *entry, end);
  if (loads_.empty() && on_all_done_) std::exchange(on_all_done_, nullptr)();
}

/// Keeps other processes from taking long loads for dead.
void LoadBook::beat(TimePoint now) {
  if (loads_.empty()) return;
  for (const auto& [id, entry] : loads_) {
    if (!entry->recorded) continue;
    if (const auto told = store_->heartbeat(id); !told)
      log::warn("the run history does not take a sign of life of {}: {}", id, to_text(told.error()));
  }
  heartbeat_.start_at(now + store::RunStore::kHeartbeatInterval);
}

}  // namespace thresher::service
