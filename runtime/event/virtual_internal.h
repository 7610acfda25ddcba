#pragma once

// Shared by the virtual_*.cpp files only; not among the room's public headers.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "event/virtual_world.h"

namespace thresher::event {

class VirtualConnection;

/// Something on its way to one end of a connection.
struct VirtualSignal {
  enum class Kind : std::uint8_t {
    connected,  ///< the connection is established
    bytes,      ///< everything up to `position` has arrived
    finished,   ///< the peer wrote its last
    reset,      ///< the peer aborted, or is gone and cannot take what was written
    window,     ///< the peer read enough: the writer may go on
    look,       ///< nothing arrived, but the end may read again
  };

  std::shared_ptr<VirtualConnection> connection;  ///< kept alive by its two streams and by what is still in flight
  Kind kind{};
  std::uint8_t to = 0;         ///< which end
  std::uint64_t position = 0;  ///< in the stream of bytes to that end
};

/// Posted to a loop; dropped when that is gone.
struct VirtualWork {
  std::size_t loop = 0;
  std::function<void()> run;
};

using VirtualPayload = std::variant<VirtualSignal, VirtualWork>;

/// A port somebody listens on. Owned by its acceptor, and by a connection being accepted: that callback may destroy the
/// acceptor.
struct VirtualListener {
  Address at;
  bool shared_port = false;
  std::function<void(std::unique_ptr<ByteStream>)> on_accept;
};

struct VirtualWorld::State {
  explicit State(VirtualNetworkOptions network);
  ~State();

  void schedule_now(VirtualPayload payload) { append(soon, now, std::move(payload)); }
  void schedule_arrival(VirtualPayload payload) { append(arrivals, now + options.latency, std::move(payload)); }

  bool step(TimePoint until);  ///< runs the next event due by then; false when there is none
  Result<std::shared_ptr<VirtualListener>> listen(VirtualListener listener);
  std::shared_ptr<VirtualListener> find_listener(const Address& to);

  struct Event {
    TimePoint at;
    std::uint64_t order;
    VirtualPayload payload;
  };
  /// In order by itself: whatever is appended is due no earlier than what is there already. Two of them, merged when
  /// taken from, give the order of (time, order of scheduling) without a heap.
  using Lane = std::deque<Event>;

  bool in_use(std::uint16_t port);
  void append(Lane& lane, TimePoint at, VirtualPayload payload);
  void dispatch(Event event);

  const VirtualNetworkOptions options;
  TimePoint now{std::chrono::seconds(1)};  // not the epoch, which would hide a due time nobody set
  bool stop_requested = false;
  bool closing = false;
  Lane soon;      ///< at the moment of scheduling
  Lane arrivals;  ///< one latency after it
  std::uint64_t scheduled = 0;
  std::vector<Loop*> loops;  ///< in the order made; null once destroyed
  std::map<std::uint16_t, std::vector<std::weak_ptr<VirtualListener>>> listeners;  ///< by port
  std::size_t shared_turn = 0;      ///< which of several listeners on a shared port is next
  std::uint16_t ephemeral = 49152;  ///< where the search for a free port begins, for who asks for 0
  std::string chunk;                ///< what on_bytes() is being given
};

std::unique_ptr<ByteStream> connect_virtually(VirtualWorld::State& world, std::size_t loop, const Address& to,
                                              StreamEvents& events);

}  // namespace thresher::event
