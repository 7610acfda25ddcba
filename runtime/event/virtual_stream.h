#pragma once

// Private to the virtual_*.cpp files.

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "event/virtual_internal.h"

namespace thresher::event {

/// Two streams of bytes in opposite directions. As in TCP, what one end writes arrives in order, one latency later, and
/// waits there until it is read; an orderly end and a reset come after the bytes written before them. Nothing is lost,
/// and nothing is limited but the window: what the other end has not read beyond it counts as queued at the writer.
class VirtualConnection : public std::enable_shared_from_this<VirtualConnection> {
 public:
  static constexpr std::uint8_t kClient = 0;
  static constexpr std::uint8_t kServer = 1;

  VirtualConnection(VirtualWorld::State& world, StreamEvents& client);

  void knock(const Address& to);  ///< the client's request to connect has arrived there
  void receive(const VirtualSignal& signal);

  // What the owner of one end asks for.
  bool write(std::uint8_t from, std::string_view bytes);
  void finish(std::uint8_t from);
  void leave(std::uint8_t from, bool abort);
  void pause(std::uint8_t at, bool paused);
  void set_events(std::uint8_t at, StreamEvents& events);
  std::size_t queued_bytes(std::uint8_t from) const;

 private:
  /// One end. An end is `there` from the moment it connects or is accepted until its owner leaves.
  struct End {
    StreamEvents* events = nullptr;
    bool there = false;
    bool left = false;
    bool connected = false;
    bool paused = false;
    bool finished = false;       ///< its owner writes no more
    bool waiting = false;        ///< its write() returned false: on_drained() is owed
    bool ended = false;          ///< on_end() was called
    bool broken = false;         ///< with a failure: nothing more is sent
    Outcome tail = Outcome::ok;  ///< what comes after the bytes, once that is known

    std::string bytes;  ///< for this end, from `head` on not yet read
    std::size_t head = 0;
    std::uint64_t read = 0;  ///< positions in the stream: read <= arrived <= written
    std::uint64_t arrived = 0;
    std::uint64_t written = 0;
  };

  static std::uint8_t other(std::uint8_t side) { return side ^ 1U; }
  void send(std::uint8_t to, VirtualSignal::Kind kind, std::uint64_t position = 0);
  void look_soon(std::uint8_t side);
  void deliver(std::uint8_t side);
  void consume(std::uint8_t side, std::size_t size);
  void end(std::uint8_t side, Outcome why);

  VirtualWorld::State& world_;
  std::array<End, 2> ends_;
};

}  // namespace thresher::event
