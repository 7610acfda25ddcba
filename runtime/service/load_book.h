#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "event/loop.h"
#include "service/load_launcher.h"
#include "store/run_store.h"

namespace thresher::service {

/// A load to start, and what the run history should know of it.
struct WantedLoad {
  LoadRequest request;
  store::RunStart record;
  std::function<void(std::string_view line)> on_history;
  /// Told how it ended; says what the run history should keep. Not called for a load that was dropped.
  std::function<store::RunEnd(LoadOutcome)> conclude;
};

/// The loads under way: counts them against the limit, and keeps their records in the run history from beginning to
/// end. A history that cannot be written costs a warning, not the load. One thread.
class LoadBook {
 public:
  /// Why a load does not start, as an HTTP status and its detail.
  struct Refusal {
    int status = 0;
    std::string why;
  };

  /// `launcher` and `store` may be null.
  LoadBook(event::Loop& loop, LoadLauncher* launcher, store::RunStore* store, std::size_t max_loads);
  ~LoadBook();  ///< drops what still goes on; the history calls it interrupted

  /// The id of the run, as the history has it.
  tl::expected<std::string, Refusal> start(WantedLoad wanted);
  /// Null when there is no such load, or no more.
  Load* find(const std::string& id);
  /// Ends it now, without a conclusion.
  void drop(const std::string& id);
  /// Stops all gracefully, and starts no more. `on_done` once, when the last has been concluded; perhaps at once.
  void stop_all(std::function<void()> on_done);

  std::size_t under_way() const { return loads_.size(); }
  store::RunStore* store() const { return store_; }

 private:
  struct Entry;

  std::string begin_record(const store::RunStart& start, bool& recorded);
  void end_record(const std::string& id, const Entry& entry, const store::RunEnd& end);
  void conclude(std::string id, LoadOutcome outcome);
  void beat(TimePoint now);

  event::Loop& loop_;
  LoadLauncher* launcher_;
  store::RunStore* store_;
  std::size_t max_loads_;
  std::map<std::string, std::unique_ptr<Entry>> loads_;
  event::Timer heartbeat_;
  std::uint32_t ids_made_ = 0;
  bool stopping_ = false;
  std::function<void()> on_all_done_;
};

}  // namespace thresher::service
