#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "control/client.h"
#include "event/loop.h"
#include "http/server.h"
#include "service/answer.h"

namespace thresher::service {

class EventReader;

/// What became of a run whose connection ended, in an `end` event's words.
using Obituary = std::function<Json(const std::string& id)>;

/// A run that somebody looks at: one connection to it, however many browsers, and what a browser that comes later has
/// to be told of its past. Every event is put into bytes once, and all readers write the same bytes.
///
/// | state      | event                 | next       | why                                               |
/// |------------|-----------------------|------------|---------------------------------------------------|
/// | connecting | begin                 | going on   | readers that wait get it                          |
/// | connecting | closed                | ended      | the process died, or is about to: `obituary`      |
/// | going on   | end                   | ended      | it says how                                       |
/// | going on   | closed without an end | ended      | it was killed: `obituary` says what is known      |
class WatchedRun final : private control::ClientEvents {
 public:
  static constexpr std::size_t kPoints = 3600;   ///< of the curves: beyond it every other one goes
  static constexpr std::size_t kLogLines = 500;  ///< that `begin` repeats

  WatchedRun(event::Loop& loop, std::string id, const std::filesystem::path& socket, Obituary obituary);
  /// One that is over: its readers get `end`, an `end` event's data, and nothing else.
  WatchedRun(event::Loop& loop, std::string id, const Json& end);
  ~WatchedRun();
  WatchedRun(const WatchedRun&) = delete;
  WatchedRun& operator=(const WatchedRun&) = delete;

  /// Streams the run's events to whoever asked, from `begin` on, until it ends or they go.
  void add_reader(std::unique_ptr<http::Responder> responder);
  /// A line of the run's log that the host knows and the run does not, such as what its process printed. `at`: when.
  void add_log(WallTime at, std::string_view kind, std::string_view text);
  /// Ends all streams, with what is queued for them.
  void finish_readers();

  const std::string& id() const { return id_; }
  bool ended() const { return !end_.empty(); }
  bool lost() const { return lost_; }  ///< ended without a word of its own: it may be continued, under its id
  bool begun() const { return !description_.empty(); }
  const std::string& last_second() const { return second_; }       ///< a digest; empty before there is one
  const std::string& description() const { return description_; }  ///< `run` of begin; empty before it
  std::size_t readers() const { return readers_.size(); }
  TimePoint quiet_since() const { return quiet_since_; }  ///< when the last reader went, or this was made

  /// Steers it over the same connection.
  void ask(const control::Order& order, std::function<void(Result<std::string>)> done);
  /// Forgets readers that have gone. Called each second.
  void tidy();

 private:
  friend class EventReader;
  void on_event(std::string_view event, std::string_view data) override;
  void on_closed() override;

  void take_begin(const Json& data);
  void add_point(std::string point);
  void keep_log(std::string line);
  void conclude(std::string data);
  std::string begin_text() const;
  void send(std::string_view event, std::string_view data);

  event::Loop& loop_;
  std::string id_;
  Obituary obituary_;
  bool lost_ = false;
  std::string description_, second_, end_;  ///< JSON texts; empty: not yet
  std::vector<std::string> points_;
  std::size_t stride_ = 1;  ///< seconds from one kept point to the next: doubles whenever kPoints are exceeded
  std::size_t seconds_since_point_ = 0;
  std::deque<std::string> log_;
  std::uint64_t events_ = 0;  ///< ids of the stream
  TimePoint quiet_since_;
  std::vector<std::unique_ptr<EventReader>> readers_;
  std::unique_ptr<control::Client> client_;
};

}  // namespace thresher::service
