#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "control/protocol.h"
#include "event/loop.h"
#include "event/timer.h"
#include "service/answer.h"
#include "service/live/watched_run.h"

namespace thresher::service {

class RunQuestion;

/// The runs of this user that go on, whoever started them: found by their sockets, asked and watched over them. A run
/// that nobody looks at is not watched, so that it need not tell. One loop, one thread.
class LiveRuns {
 public:
  static constexpr Nanoseconds kPatience = std::chrono::seconds(5);      ///< with a run that does not answer
  static constexpr Nanoseconds kFresh = std::chrono::milliseconds(900);  ///< a digest is work for its run
  static constexpr Nanoseconds kKeepUnread = std::chrono::seconds(30);   ///< watching goes on after the last reader
  static constexpr Nanoseconds kKeepEnded = std::chrono::minutes(10);    ///< an ended run's events can still be read
  static constexpr std::size_t kMostEnded = 16;

  /// `folder`: of the sockets. `obituary`: for runs whose connection ends without a word.
  LiveRuns(event::Loop& loop, std::filesystem::path folder, Obituary obituary);
  ~LiveRuns();
  LiveRuns(const LiveRuns&) = delete;
  LiveRuns& operator=(const LiveRuns&) = delete;

  /// Newest first. Looks at the folder, at most every 200 ms.
  const std::vector<std::string>& ids();

  /// Those that are there now and were not when this was last called. Cheap while nothing changes.
  std::vector<std::string> new_ids();

  // `done` is called once, perhaps before this returns. The error: no such run (not_found), no answer within kPatience
  // (timeout), or what the run refused with.
  using Done = std::function<void(Result<std::string>)>;
  void ask(const std::string& id, const control::Order& order, Done done);
  void describe(const std::string& id, Done done);  ///< `run` of its begin, remembered
  /// Its digest, at most kFresh old however many ask; "null" before there is one.
  void last_second(const std::string& id, Done done);
  /// {"id", "name", "kind", "started", "process", "second"} of all of them; those that do not answer are left out.
  void list(std::function<void(Json)> done);

  /// Watches a run before anybody asks for its events, so that those of a short one can still be read when it is over.
  void keep(const std::string& id);
  /// Likewise for one that ended before it could be watched: `end` is an `end` event's data.
  void bury(const std::string& id, const Json& end);
  /// Streams its events to `responder`. False: no such run; the responder is as it was.
  bool watch(const std::string& id, std::unique_ptr<http::Responder>& responder);
  /// A line for the log of a run that is being watched; nothing otherwise.
  void add_log(const std::string& id, WallTime at, std::string_view kind, std::string_view text);
  /// Ends all streams: their readers come back when there is somebody again.
  void finish_readers();

  std::size_t readers() const;

 private:
  struct Listing;
  /// What a run that nobody watches said last, and who waits for its next word.
  struct Status {
    std::string second;
    TimePoint at{};
    std::vector<Done> waiting;
  };
  friend class RunQuestion;

  bool goes_on(const std::string& id);
  void forget_continued();
  void ask_alone(const std::string& id, const control::Order& order, Done done);
  void forget(const RunQuestion& question);
  WatchedRun* watched(const std::string& id);
  void take_status(const std::string& id, const Result<std::string>& answer);
  void tick(TimePoint now);

  event::Loop& loop_;
  std::filesystem::path folder_;
  Obituary obituary_;
  std::vector<std::string> ids_;
  TimePoint looked_at_ = TimePoint::min();
  std::filesystem::file_time_type folder_changed_{};
  std::vector<std::string> seen_;  ///< by new_ids()
  std::map<std::string, std::string> descriptions_;
  std::map<std::string, Status> statuses_;
  std::map<std::string, std::unique_ptr<WatchedRun>> watched_;
  std::list<std::unique_ptr<RunQuestion>> questions_;
  event::Timer timer_;
  std::shared_ptr<bool> alive_;  ///< work that was posted looks at it: this may be gone by then, and it outlives this
};

}  // namespace thresher::service
