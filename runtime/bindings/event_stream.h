#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "bindings/chat_reader.h"
#include "bindings/objectives.h"
#include "http/client.h"
#include "http/event_stream_parser.h"
#include "metrics/recorder.h"

struct lua_State;

namespace thresher::bindings {

struct User;

/// The series a stream counts in, resolved when it is opened.
struct StreamSeries {
  metrics::Counter* events = nullptr;      ///< sse_events
  metrics::Trend* first_event = nullptr;   ///< time_to_first_event: since the request was started
  metrics::Trend* gap = nullptr;           ///< inter_event_gap: between the arrivals of two events
  metrics::Trend* first_token = nullptr;   ///< time_to_first_token; of chat completions, as the next two
  metrics::Trend* token_gap = nullptr;     ///< inter_token_latency: between two deltas
  metrics::Trend* tokens_per_s = nullptr;  ///< tokens_per_second: (tokens - 1) / (last delta - first delta)
  metrics::Rate* met = nullptr;            ///< objectives_met; this and the next only where objectives are stated
  metrics::Counter* goodput = nullptr;     ///< requests that met theirs; per second, it is the goodput
};

/// A user's open stream of server-sent events: takes them as they arrive, with the time the system handed them over,
/// measures, and keeps them until the script asks. A script may be slower than its server; what waits is bounded.
///
/// | state   | event                     | next    | why                                                        |
/// |---------|---------------------------|---------|------------------------------------------------------------|
/// | opening | head                      | open    | the script is resumed with the response                    |
/// | opening | end                       | ended   | likewise: it failed before an answer                       |
/// | open    | event                     | open    | queued, or handed to the script that waits for it          |
/// | open    | end, too much waits       | ended   | the script is told once the queue is empty                 |
/// | open    | chat: [DONE], error       | ended   | the connection is closed; what follows is of no interest   |
/// | any     | closed by the script, its iteration's end | (gone)  | recorded, unless it was interrupted        |
class EventStream final : public http::StreamReceiver, private http::ServerEventReceiver {
 public:
  static constexpr std::size_t kWaitingMax = std::size_t{64} << 20;  ///< bytes of events a script has not taken

  /// `chat`: events are chunks of a chat completion, read here; the script hears of the whole.
  EventStream(User& user, StreamSeries series, Objectives objectives, bool chat, std::size_t max_text);

  void on_head(const http::Response& so_far, TimePoint now) override;
  void on_body(std::string_view bytes, TimePoint now) override;
  void on_response(const http::Response& response) override;

  /// Pushes the next event as a table and returns true; false when none waits.
  bool push_event(lua_State* state);
  bool has_events() const { return !queue_.empty(); }
  bool ended() const { return ended_; }
  bool is_chat() const { return chat_ != nullptr; }
  /// A chat completion that did not come to its end, or reported an error: no success, whatever the status said.
  bool failed() const { return chat_ != nullptr && !chat_->complete(); }
  bool is_open() const { return head_seen_ && !ended_; }
  /// Counts the request among those that met their objectives or those that did not; nothing where none are stated.
  /// `success`: the exchange counts as one. Once, at the end.
  void judge(bool success, TimePoint finished) const;
  /// Pushes { error, events, retry_ms, text, ... }: what is known of the stream now.
  void push_state(lua_State* state) const;
  /// Pushes what a chat completion said.
  void push_chat(lua_State* state) const;
  /// The exchange as it stands, for the books of a stream that is closed early.
  http::Response so_far(TimePoint now) const;

 private:
  struct Waiting {
    std::string type, data, id;
    TimePoint at;
  };

  void on_event(const http::ServerEvent& event) override;
  void end(Outcome outcome);

  User& user_;
  const StreamSeries series_;
  const Objectives objectives_;
  const std::size_t max_text_;
  http::EventStreamParser parser_;
  std::unique_ptr<ChatReader> chat_;  ///< nullptr: the script takes the events
  std::deque<Waiting> queue_;
  std::size_t waiting_bytes_ = 0;
  std::string text_;  ///< of an answer that is no event stream
  bool head_seen_ = false, is_events_ = false, ended_ = false, chat_over_ = false;
  Outcome outcome_ = Outcome::ok;
  std::uint16_t status_ = 0;
  std::uint8_t minor_version_ = 1;
  std::string head_;
  std::uint64_t events_ = 0, bytes_ = 0;
  TimePoint started_{}, head_at_{}, now_{}, first_event_{}, last_event_{};
  Nanoseconds longest_gap_{};
};

}  // namespace thresher::bindings
