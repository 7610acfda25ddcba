#pragma once

#include <deque>
#include <memory>
#include <string>

#include "base/clock.h"
#include "event/loop.h"
#include "http/server.h"

namespace thresher::service {

/// An event in the bytes of the stream, made once for all who read it: each of them and whoever made it own it.
using Frame = std::shared_ptr<const std::string>;

/// One browser that reads a run's events.
///
/// | state   | event                | next    | why                                                     |
/// |---------|----------------------|---------|---------------------------------------------------------|
/// | keeping | written, taken       | keeping |                                                         |
/// | keeping | written, queued      | lagging | the browser, or its network, is slower than the run     |
/// | lagging | a second             | lagging | replaces the one that waits: each is whole              |
/// | lagging | a line of the log    | lagging | waits, kMostWaiting at most, the oldest goes            |
/// | lagging | the stream is taken  | keeping | what waits is written                                   |
/// | lagging | end                  | lagging | waits; once it is written the stream is over            |
/// | any     | the client goes      | gone    |                                                         |
class EventReader {
 public:
  static constexpr std::size_t kMostWaiting = 500;                            ///< frames
  static constexpr Nanoseconds kHeartbeat = std::chrono::seconds(15);         ///< of silence, until a comment
  static constexpr Nanoseconds kReconnect = std::chrono::milliseconds(1000);  ///< told to the browser as `retry`

  EventReader(event::Loop& loop, std::unique_ptr<http::Responder> responder);
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  void second(const Frame& frame);
  void other(const Frame& frame);  ///< begin, log
  void last(const Frame& frame);   ///< end: then the stream finishes
  void finish();                   ///< without an end: the host goes
  /// A comment when nothing was sent for kHeartbeat, so that proxies and browsers know the stream lives.
  void tick();
  bool gone() const { return gone_; }

 private:
  void write(const std::string& bytes);
  void catch_up();

  event::Loop& loop_;
  std::unique_ptr<http::Responder> responder_;
  std::deque<Frame> waiting_;
  Frame second_waiting_, last_waiting_;
  TimePoint written_at_;
  bool lagging_ = false, gone_ = false;
};

/// "id: N\nevent: NAME\ndata: DATA\n\n". `data` has no line break (JSON in one line).
std::string event_frame(std::uint64_t id, std::string_view event, std::string_view data);

}  // namespace thresher::service
