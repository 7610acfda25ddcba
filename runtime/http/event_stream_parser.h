#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace thresher::http {

/// One server-sent event. Views live until the receiver returns.
struct ServerEvent {
  std::string_view type;  ///< "message" unless the server named it
  std::string_view data;  ///< its lines joined by '\n'
  std::string_view id;    ///< the last one given, by this event or an earlier one
};

/// Hears of the events of one stream, in order.
class ServerEventReceiver {
 public:
  virtual void on_event(const ServerEvent& event) = 0;

 protected:
  ~ServerEventReceiver() = default;
};

/// Takes a text/event-stream apart as it arrives, however it is cut into pieces (WHATWG HTML, 9.2.6 "Interpreting an
/// event stream"): lines end in LF, CRLF or CR, a leading BOM and comments are passed over, an event that no empty line
/// ends is dropped. Bytes that are no UTF-8 are passed on as they are. Bounded: an event larger than the limit ends the
/// parsing.
class EventStreamParser {
 public:
  static constexpr std::size_t kEventLimit = std::size_t{16} << 20;  ///< bytes of one event, its field names included

  explicit EventStreamParser(std::size_t event_limit = kEventLimit) : event_limit_(event_limit) {}

  /// False once an event was larger than the limit: nothing more is parsed.
  bool feed(std::string_view bytes, ServerEventReceiver& receiver);

  const std::string& last_id() const { return id_; }
  std::optional<std::uint64_t> retry_ms() const { return retry_ms_; }  ///< as the server last asked for
  std::uint64_t comments() const { return comments_; }  ///< lines; servers keep connections alive with them
  /// Part of an event that no empty line has ended: at the stream's end it is lost.
  bool in_event() const { return has_data_ || !line_.empty() || !type_.empty(); }

 private:
  void take_line(std::string_view line, ServerEventReceiver& receiver);
  void take_field(std::string_view name, std::string_view value);
  void dispatch(ServerEventReceiver& receiver);

  const std::size_t event_limit_;
  std::string line_;  ///< the beginning of a line whose end has not come
  std::string type_, data_, id_;
  bool has_data_ = false;
  bool begun_ = false;     ///< the first line, which may have a BOM, is behind
  bool after_cr_ = false;  ///< an LF now belongs to the CR before it
  bool overflowed_ = false;
  std::optional<std::uint64_t> retry_ms_;
  std::uint64_t comments_ = 0;
};

}  // namespace thresher::http
