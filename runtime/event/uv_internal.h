#pragma once

// Shared by the uv_*.cpp files only; not among the room's public headers.

#include <sys/socket.h>
#include <sys/un.h>
#include <uv.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "event/loop.h"

namespace thresher::event {

/// Every libuv handle here has one shape: a small owner that people hold, and a State with the uv_*_t, whose address
/// may never change. Release is the only caller of uv_close: State::abandon() learns that the owner is gone and stops
/// all callbacks to it; the State itself lives until libuv's close callback. Its uv handle's `data` points at it.
template <class State>
struct Release {
  void operator()(State* state) const noexcept {
    state->abandon();
    uv_close(reinterpret_cast<uv_handle_t*>(state->handle()),
             [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
  }
};
template <class State>
using Owned = std::unique_ptr<State, Release<State>>;

/// What a negative libuv status means for a connection. A timeout while connecting has a name of its own.
Outcome outcome_of(int status, bool connecting);

struct SocketAddress {
  explicit SocketAddress(const Address& address);
  static Address read(const sockaddr* address);

  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// A unix domain socket's path as the system wants it.
struct LocalAddress {
  /// `suffix` is appended. The error: longer than the system's limit, which it names.
  static Result<LocalAddress> of(const std::filesystem::path& path, std::string_view suffix = {});

  sockaddr_un storage{};
  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

class UvStreamState;

class UvLoop final : public Loop {
 public:
  UvLoop();
  ~UvLoop() override;

  TimePoint now() const override { return running_ ? now_ : read_clock(); }
  WallTime wall_now() const override;
  TimePoint read_clock() const override;
  std::unique_ptr<ByteStream> connect(const Address& to, StreamEvents& events) override;
  Result<std::unique_ptr<Acceptor>> listen(const Address& at,
                                           std::function<void(std::unique_ptr<ByteStream>)> on_accept,
                                           ListenOptions options) override;
  Result<std::unique_ptr<Acceptor>> listen_local(const std::filesystem::path& path,
                                                 std::function<void(std::unique_ptr<ByteStream>)> on_accept) override;
  Result<std::unique_ptr<ByteStream>> connect_local(const std::filesystem::path& path, StreamEvents& events) override;
  std::unique_ptr<Resolution> resolve(const std::string& host, std::uint16_t port,
                                      std::function<void(std::vector<Address>)> on_done) override;
  Result<std::unique_ptr<Process>> start_process(const ProcessOptions& options, ProcessEvents& events) override;
  void post(std::function<void()> work) override;
  void run() override;
  void stop() override;
  Nanoseconds take_longest_tick() override;

  // For the room's other files.
  uv_loop_t* raw() { return raw_.get(); }
  uv_buf_t read_buffer();
  /// Begins one callback from libuv and gives the reading it hands on. The clock is read for the first callback after a
  /// poll and then once for every kCallbacksPerReading of them.
  TimePoint begin_callback() {
    if (callbacks_left_ == 0) take_reading();
    --callbacks_left_;
    return now_;
  }
  /// Reports a stream's failure from the next tick instead of from inside the caller.
  void fail_later(UvStreamState& stream);
  void forget(UvStreamState& stream);

 private:
  struct Alarm;
  struct Wake;

  void tick();
  void take_reading();
  bool fire_timers();      ///< false when some remain due: the next poll must not block
  bool report_failures();  ///< likewise
  void set_alarm();
  void drain_inbox();
  void note_stretch(Nanoseconds stretch);
  void close();

  std::unique_ptr<uv_loop_t> raw_;
  std::unique_ptr<char[]> read_buffer_;  ///< one for all streams: bytes live only until on_bytes() returns
  Owned<Alarm> alarm_;
  Owned<Wake> wake_;

  bool running_ = false;
  TimePoint now_{};
  int callbacks_left_ = 0;        ///< that may still use now_
  TimePoint polled_{};            ///< when the last poll ended, as far as we could see
  bool read_since_poll_ = false;  ///< polled_ is set for this tick
  Nanoseconds longest_tick_{};
  std::vector<UvStreamState*> failures_;  ///< streams whose failure is to be reported, oldest first

  std::atomic<bool> stop_requested_{false};
  std::mutex inbox_mutex_;
  std::vector<std::function<void()>> inbox_;  ///< guarded by inbox_mutex_
  std::vector<std::function<void()>> batch_;  ///< the inbox being worked off; keeps its capacity
};

enum class SocketKind : std::uint8_t { network, local };

/// A stream on a socket that accept() gave; takes the descriptor in any case. Null when libuv refuses it.
std::unique_ptr<ByteStream> adopt_stream(UvLoop& loop, int descriptor, SocketKind kind);
std::unique_ptr<ByteStream> connect_stream(UvLoop& loop, const Address& to, StreamEvents& events);
std::unique_ptr<ByteStream> connect_stream(UvLoop& loop, const LocalAddress& to, StreamEvents& events);
void report_failure(UvStreamState& stream);
Result<std::unique_ptr<Acceptor>> make_acceptor(UvLoop& loop, const Address& at,
                                                std::function<void(std::unique_ptr<ByteStream>)> on_accept,
                                                ListenOptions options);
Result<std::unique_ptr<Acceptor>> make_acceptor(UvLoop& loop, const std::filesystem::path& path,
                                                std::function<void(std::unique_ptr<ByteStream>)> on_accept);
std::unique_ptr<Resolution> make_resolution(UvLoop& loop, const std::string& host, std::uint16_t port,
                                            std::function<void(std::vector<Address>)> on_done);
/// The error names the program.
Result<std::unique_ptr<Process>> make_process(UvLoop& loop, const ProcessOptions& options, ProcessEvents& events);

}  // namespace thresher::event
