#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"
#include "http/deadline_sweep.h"
#include "http/intrusive_list.h"
#include "http/response_parser.h"

namespace thresher::http {

class Connection;
class OriginPool;

/// What one exchange sends: borrowed, like the request it comes from.
struct Outgoing {
  std::string_view head;
  std::string_view body;
  std::span<const std::string_view> more_body;
  bool body_lasts = false;  ///< until the exchange is over

  std::size_t body_size() const;
};

/// The moments of one exchange, in order. A moment that never came counts as the one after it, so that a stretch which
/// did not happen is zero and a failure's time goes to the stretch it happened in.
enum class Moment : std::uint8_t { started, acquired, connected, secured, sent, first_byte, finished };

/// One request on its way: what is to be sent, what has come, how long each stretch took. Recycled, with its buffers,
/// when it has been reported; everything a busy connection needs beyond an idle one is here, so that idle ones stay
/// small.
class Exchange final : public ListHook<Exchange>, public DeadlineEvents {
 public:
  Exchange() = default;

  void begin(OriginPool& pool, const Request& request, ResponseReceiver& receiver, TimePoint now);
  /// Keeps what cannot be sent at once: copied, but for a body that lasts. It may be what is kept already.
  void keep(const Outgoing& outgoing);
  Outgoing kept() const;

  /// The moment has come, and with it those before it that did not. Never goes back in time: a tick's reading may be
  /// older than the fresh one of an earlier moment.
  void reach(Moment moment, TimePoint at);
  bool reached(Moment moment) const { return latest_ >= moment; }
  TimePoint started() const { return moments_[0]; }

  /// Fills in the response for the receiver; `detail` is copied.
  void conclude(Outcome outcome, std::string_view detail, TimePoint now);
  /// Gives back what one large exchange needed and the next will not.
  void trim();

  ResponseParser parser;
  Response response;
  ResponseReceiver* receiver = nullptr;
  OriginPool* pool = nullptr;
  Connection* connection = nullptr;  ///< none while it waits for one of a capped pool
  Deadline whole{*this};             ///< of the exchange
  Deadline phase{*this};             ///< of connecting, then of waiting for "100 Continue"
  Nanoseconds timeout{};
  Nanoseconds connect_timeout{};
  std::size_t max_body = 0;
  bool is_head = false;
  bool expect_continue = false;
  StreamReceiver* stream = nullptr;  ///< the receiver, when it takes the answer as it comes
  Nanoseconds silence_timeout{};
  bool head_told = false;   ///< to the stream
  bool holds_body = false;  ///< the body waits for "100 Continue"

 private:
  void on_deadline(Deadline& deadline, TimePoint now) override;

  std::array<TimePoint, 7> moments_{};
  Moment latest_ = Moment::started;
  std::string kept_;                           ///< the head, and the body unless that lasts
  std::size_t head_size_ = 0;                  ///< of kept_
  std::vector<std::string_view> kept_pieces_;  ///< of a body that lasts
  std::string detail_;
};

}  // namespace thresher::http
