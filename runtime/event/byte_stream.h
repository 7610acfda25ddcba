#pragma once

#include <cstddef>
#include <string_view>

#include "base/clock.h"
#include "base/outcome.h"

namespace thresher::event {

/// What a stream tells its owner. All calls come on the loop's thread; `now` is the reading of the tick in which the
/// loop saw the event. A call may destroy the stream it came from: the stream touches nothing of itself after calling.
class StreamEvents {
 public:
  /// An outgoing connection is established; once, before any other call. Accepted streams start connected, without it.
  virtual void on_connected(TimePoint now) = 0;
  /// Bytes arrived. They live until this returns.
  virtual void on_bytes(std::string_view bytes, TimePoint now) = 0;
  /// All that write() had queued has been handed to the system; only after write() had returned false. May come after
  /// on_end(closed), for what is written to a peer that finished first.
  virtual void on_drained(TimePoint) {}
  /// The end; at most once and last. `closed`: the peer finished sending in an orderly way; otherwise why the
  /// connection failed (connect_refused, unreachable, reset, descriptors, ports ...). The stream is then good for
  /// nothing but destruction, except after `closed`, when it may still write and finish.
  virtual void on_end(Outcome why, TimePoint now) = 0;

 protected:
  ~StreamEvents() = default;
};

/// An ordered, reliable, two-way stream of bytes: a TCP connection, one end of an in-memory pipe in rehearsal, or TLS
/// over either. Destroying it closes it: nothing is called afterwards. One loop, one thread.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Sends now what the system takes and copies the rest into a queue. False when something had to be queued:
  /// on_drained() will follow, unless the connection ends first. May be called before on_connected(). Errors are
  /// reported through on_end(), never from inside this call; what the peer sent before is read first.
  virtual bool write(std::string_view bytes) = 0;
  /// As write(), for bytes that stay where they are until on_drained() or the stream's destruction: what the system
  /// does not take at once need not be copied.
  virtual bool write_lasting(std::string_view bytes) { return write(bytes); }
  /// No more bytes will be written; what is queued still goes out. The peer sees an orderly end.
  virtual void finish() = 0;
  /// Aborts the connection: the peer sees a reset. For stand-ins and tests that misbehave on purpose. Nothing is called
  /// afterwards, as if the stream had been destroyed.
  virtual void reset() = 0;
  /// Stops and restarts on_bytes(): the reader's back-pressure.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  /// Bytes queued by write() and not yet handed to the system.
  virtual std::size_t queued_bytes() const = 0;
  /// Replaces whom the stream reports to; the new receiver outlives the stream or is replaced in turn.
  virtual void set_events(StreamEvents& events) = 0;
};

}  // namespace thresher::event
