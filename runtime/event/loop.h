#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/outcome.h"
#include "base/result.h"
#include "event/address.h"
#include "event/byte_stream.h"
#include "event/process.h"
#include "event/timer_queue.h"

namespace thresher::event {

/// A listening socket. Destroying it stops listening; streams already accepted live on.
class Acceptor {
 public:
  virtual ~Acceptor() = default;
  /// With the port the system chose when 0 was asked for. Address{} for a socket of listen_local(): it has none.
  virtual Address local() const = 0;
};

/// A name being resolved. Destroying it forgets the question: its callback never runs.
class Resolution {
 public:
  virtual ~Resolution() = default;
};

struct ListenOptions {
  int backlog = 1024;
  bool shared_port = false;  ///< SO_REUSEPORT: several loops listen on one port
};

/// The port through which time and bytes come in. Two implementations: UvLoop (libuv, sockets, a timerfd) and
/// VirtualLoop (virtual time, in-memory network). One loop, one thread; only post() and stop() may be called from
/// another.
///
/// now() is the reading taken when the current tick began, so that everything in a tick agrees on it; read_clock()
/// takes a fresh one (the same as now() in virtual time). A UvLoop reads a crowded poll as several ticks, of at most 16
/// callbacks each: one reading for a thousand of them would be milliseconds old at the end. It never changes within a
/// callback, and outside run() it is always fresh.
class Loop : public Clock {
 public:
  virtual TimePoint read_clock() const = 0;
  TimerQueue& timers() { return timers_; }

  /// Starts connecting. The result is never null: failures, a lack of descriptors included, come through
  /// events.on_end(), and not before this returns.
  virtual std::unique_ptr<ByteStream> connect(const Address& to, StreamEvents& events) = 0;

  /// `on_accept` receives a connected stream that reads nothing until its set_events() was called. Errors (in use, not
  /// permitted) name the address.
  virtual Result<std::unique_ptr<Acceptor>> listen(const Address& at,
                                                   std::function<void(std::unique_ptr<ByteStream>)> on_accept,
                                                   ListenOptions options = {}) = 0;

  /// The same between the processes of this machine, over a unix domain socket: the file `path` appears once it
  /// accepts, with mode 0600, and goes with the Acceptor. The error names the path: one is there already, even if
  /// nobody listens there (io), it is too long for the system (invalid_argument), this is virtual time
  /// (invalid_argument).
  virtual Result<std::unique_ptr<Acceptor>> listen_local(const std::filesystem::path& path,
                                                         std::function<void(std::unique_ptr<ByteStream>)> on_accept);
  /// The other end, as connect(): that nobody listens comes through events.on_end(). The error: the path is too long,
  /// or this is virtual time (invalid_argument).
  virtual Result<std::unique_ptr<ByteStream>> connect_local(const std::filesystem::path& path, StreamEvents& events);

  /// Resolves a host name to addresses (IPv4 and IPv6, in the system's order); empty when there are none. Not called
  /// before this returns. No cache: see http/resolver_cache.h.
  virtual std::unique_ptr<Resolution> resolve(const std::string& host, std::uint16_t port,
                                              std::function<void(std::vector<Address>)> on_done) = 0;

  /// Starts a program; `events` outlives it. Waits until it runs or could not be started, a millisecond or so. The
  /// error names the program (not_found, io). In virtual time there are no processes (invalid_argument).
  virtual Result<std::unique_ptr<Process>> start_process(const ProcessOptions& options, ProcessEvents& events);

  /// Any thread: runs `work` on this loop's thread, in the order posted and not before this returns. Work posted after
  /// the loop stopped is dropped with the loop.
  virtual void post(std::function<void()> work) = 0;

  /// Runs until stop(). A UvLoop blocks its thread. A VirtualLoop runs its whole VirtualWorld.
  virtual void run() = 0;
  /// Any thread. The tick in progress ends first. Before run(), it makes that return at once.
  virtual void stop() = 0;

  /// How late the loop itself was: the longest stretch between two polls for events since the last call (a busy tick),
  /// or the longest a timer's wake-up was late (a starved thread). Always zero in virtual time. On the loop's thread.
  virtual Nanoseconds take_longest_tick() = 0;

 protected:
  TimerQueue timers_;
};

}  // namespace thresher::event
