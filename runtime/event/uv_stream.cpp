#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cassert>
#include <cstring>
#include <string>
#include <utility>

#include "event/uv_internal.h"

namespace thresher::event {

/// One connection: TCP, or a local socket, which libuv calls a pipe.
///
/// | state       | event                | next        | told                                                      |
/// |-------------|----------------------|-------------|-----------------------------------------------------------|
/// | connecting  | connected            | open        | on_connected                                              |
/// | connecting  | refused, no route... | ended       | on_end(why)                                               |
/// | open        | peer finished        | half closed | on_end(closed); writing goes on                           |
/// | open        | peer reset           | ended       | on_end(reset)                                             |
/// | open        | a write failed       | broken      | nothing yet: bytes that came before are read first        |
/// | broken      | reading meets an end | ended       | on_end(why the write failed)                              |
/// | any         | owner gone           | closing     | nothing any more: events is null, libuv's close frees it  |
class UvStreamState {
 public:
  UvStreamState(UvLoop& loop, SocketKind kind, StreamEvents* events) : loop_(loop), events_(events) {
    if (kind == SocketKind::network) {
      uv_tcp_init(loop.raw(), &socket_.tcp);  // opens no socket yet, so it cannot fail
    } else {
      uv_pipe_init(loop.raw(), &socket_.pipe, 0);  // nor does this
    }
    socket_.handle.data = this;
  }

  uv_handle_t* handle() { return &socket_.handle; }
  void abandon() {
    events_ = nullptr;
    if (failure_ != Outcome::ok) loop_.forget(*this);
  }

  bool adopt(int descriptor) {
    return (socket_.handle.type == UV_TCP ? uv_tcp_open(&socket_.tcp, descriptor)
                                          : uv_pipe_open(&socket_.pipe, descriptor)) == 0;
  }
  void connect(const Address& to);
  void connect(const LocalAddress& to);
  bool write(std::string_view bytes, bool lasting);
  void finish();
  void abort();
  void want_reading(bool wanted);
  void set_events(StreamEvents& events);
  std::size_t queued_bytes() const { return uv_stream_get_write_queue_size(stream()); }
  void report_failure() { end(failure_); }

 private:
  struct QueuedWrite {
    uv_write_t request{};
    std::string copy;  ///< empty for bytes that last
  };

  uv_stream_t* stream() { return &socket_.stream; }
  const uv_stream_t* stream() const { return &socket_.stream; }
  static UvStreamState& of(uv_stream_t* handle) { return *static_cast<UvStreamState*>(handle->data); }

  bool queue(std::string_view bytes, bool lasting);
  void update_reading();
  void shut_down();
  Outcome end_of_input() const;
  void end(Outcome why);
  void on_connect(int status);
  void on_read(ssize_t size, const char* bytes);
  void on_written(int status);

  union Socket {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  };
  Socket socket_{};
  union {  // never both: finish() waits for the connection
    uv_connect_t connect_;
    uv_shutdown_t shutdown_;
  };
  UvLoop& loop_;
  StreamEvents* events_;
  std::uint32_t writes_queued_ = 0;
  Outcome failure_ = Outcome::ok;  ///< of starting to connect, to be reported by the next tick
  Outcome broken_ = Outcome::ok;   ///< what a write met; reading goes on to the end
  bool connecting_ = false;
  bool reading_wanted_ = true;
  bool reading_ = false;
  bool finishing_ = false;
  bool ended_ = false;  ///< on_end() was called
};

void UvStreamState::connect(const Address& to) {
  connecting_ = true;
  uv_tcp_nodelay(&socket_.tcp, 1);  // remembered for the socket that connecting opens
  connect_.data = this;
  const SocketAddress address(to);
  const int status = uv_tcp_connect(&connect_, &socket_.tcp, address.raw(), [](uv_connect_t* request, int result) {
    static_cast<UvStreamState*>(request->data)->on_connect(result);
  });
  if (status == 0) return;
  failure_ = outcome_of(status, true);
  loop_.fail_later(*this);
}

void UvStreamState::connect(const LocalAddress& to) {
  connecting_ = true;
  connect_.data = this;
  // Tells of every failure through its callback, from a later tick.
  uv_pipe_connect(&connect_, &socket_.pipe, to.storage.sun_path, [](uv_connect_t* request, int result) {
    static_cast<UvStreamState*>(request->data)->on_connect(result == UV_ENOENT ? UV_ECONNREFUSED : result);
  });
}

void UvStreamState::on_connect(int status) {
  if (events_ == nullptr) return;
  if (status < 0) return end(outcome_of(status, true));
  connecting_ = false;
  if (finishing_) shut_down();
  update_reading();
  events_->on_connected(loop_.begin_callback());
}

void UvStreamState::update_reading() {
  const bool read = reading_wanted_ && events_ != nullptr && !connecting_ && !ended_;
  if (read == reading_) return;
  reading_ = read;
  if (!read) {
    uv_read_stop(stream());
    return;
  }
  uv_read_start(
      stream(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        *buffer = of(reinterpret_cast<uv_stream_t*>(handle)).loop_.read_buffer();
      },
      [](uv_stream_t* handle, ssize_t size, const uv_buf_t* buffer) { of(handle).on_read(size, buffer->base); });
}

void UvStreamState::on_read(ssize_t size, const char* bytes) {
  if (size > 0) {
    events_->on_bytes({bytes, static_cast<std::size_t>(size)}, loop_.begin_callback());
  } else if (size < 0) {  // zero: a wake-up for nothing
    end(size == UV_EOF ? end_of_input() : outcome_of(static_cast<int>(size), false));
  }
}

Outcome UvStreamState::end_of_input() const {
  // When the last bytes and a reset arrive before the same poll, libuv 1.44 reads the bytes, sees POLLHUP and calls it
  // an orderly end (uv__stream_io in its unix/stream.c). The socket still knows better.
  uv_os_fd_t descriptor = -1;
  int error = 0;
  socklen_t size = sizeof(error);
  uv_fileno(&socket_.handle, &descriptor);
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? Outcome::closed : outcome_of(uv_translate_sys_error(error), false);
}

void UvStreamState::end(Outcome why) {
  if (std::exchange(ended_, true)) return;
  if (why == Outcome::closed && broken_ != Outcome::ok) why = broken_;
  update_reading();
  events_->on_end(why, loop_.begin_callback());
}

bool UvStreamState::write(std::string_view bytes, bool lasting) {
  if (bytes.empty()) return queued_bytes() == 0;
  const uv_buf_t buffer = uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int sent = uv_try_write(stream(), &buffer, 1);
  if (sent == static_cast<int>(bytes.size())) [[likely]]
    return true;
  // Nothing was sent when the system takes no more, or on an error. An error is met again by the queued write, whose
  // callback reports it: never from inside this call.
  return queue(bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)), lasting);
}

bool UvStreamState::queue(std::string_view bytes, bool lasting) {
  auto write = std::make_unique<QueuedWrite>();
  if (!lasting) {
    write->copy = bytes;
    bytes = write->copy;
  }
  write->request.data = write.get();
  const uv_buf_t buffer = uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int status = uv_write(&write->request, stream(), &buffer, 1, [](uv_write_t* request, int result) {
    const std::unique_ptr<QueuedWrite> done(static_cast<QueuedWrite*>(request->data));
    of(request->handle).on_written(result);
  });
  // Refused only where there is no socket to write to: the failure that led there is reported, or about to be.
  if (status < 0) return true;
  static_cast<void>(write.release());  // libuv's until its callback
  ++writes_queued_;
  return false;
}

void UvStreamState::on_written(int status) {
  --writes_queued_;
  if (events_ == nullptr) return;
  if (status == UV_ECANCELED) return;  // a connection that failed, which has been said
  if (status < 0) {
    // What the peer sent before it went (an early answer to a large upload) is still there to be read: the reading side
    // meets the end, too, and comes to it in order. The system has told us the reason, so it would read like an orderly
    // end.
    broken_ = outcome_of(status, false);
    if (!reading_) end(broken_);
  } else if (writes_queued_ == 0) {
    events_->on_drained(loop_.begin_callback());
  }
}

void UvStreamState::finish() {
  if (std::exchange(finishing_, true)) return;
  if (!connecting_) shut_down();
}

void UvStreamState::shut_down() {
  // Refused, or failing later, only when the connection is gone: the reading side says so.
  uv_shutdown(&shutdown_, stream(), [](uv_shutdown_t*, int) {});
}

void UvStreamState::abort() {
  uv_os_fd_t descriptor = -1;
  if (uv_fileno(&socket_.handle, &descriptor) != 0) return;
  const linger discard{.l_onoff = 1, .l_linger = 0};  // closing then sends a reset instead of an orderly end
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &discard, sizeof(discard));
}

void UvStreamState::want_reading(bool wanted) {
  reading_wanted_ = wanted;
  update_reading();
}

void UvStreamState::set_events(StreamEvents& events) {
  events_ = &events;
  update_reading();
}

namespace {

class UvStream final : public ByteStream {
 public:
  explicit UvStream(Owned<UvStreamState> state) : state_(std::move(state)) {}

  bool write(std::string_view bytes) override { return state_ == nullptr || state_->write(bytes, false); }
  bool write_lasting(std::string_view bytes) override { return state_ == nullptr || state_->write(bytes, true); }
  void finish() override {
    if (state_ != nullptr) state_->finish();
  }
  void reset() override {
    if (state_ == nullptr) return;
    state_->abort();
    state_.reset();
  }
  void pause_reading() override {
    if (state_ != nullptr) state_->want_reading(false);
  }
  void resume_reading() override {
    if (state_ != nullptr) state_->want_reading(true);
  }
  std::size_t queued_bytes() const override { return state_ == nullptr ? 0 : state_->queued_bytes(); }
  void set_events(StreamEvents& events) override {
    if (state_ != nullptr) state_->set_events(events);
  }

 private:
  Owned<UvStreamState> state_;  ///< null after reset()
};

template <class To>
std::unique_ptr<ByteStream> connected(UvLoop& loop, SocketKind kind, const To& to, StreamEvents& events) {
  Owned<UvStreamState> state(new UvStreamState(loop, kind, &events));
  state->connect(to);
  return std::make_unique<UvStream>(std::move(state));
}

}  // namespace

std::unique_ptr<ByteStream> connect_stream(UvLoop& loop, const Address& to, StreamEvents& events) {
  return connected(loop, SocketKind::network, to, events);
}

std::unique_ptr<ByteStream> connect_stream(UvLoop& loop, const LocalAddress& to, StreamEvents& events) {
  return connected(loop, SocketKind::local, to, events);
}

std::unique_ptr<ByteStream> adopt_stream(UvLoop& loop, int descriptor, SocketKind kind) {
  Owned<UvStreamState> state(new UvStreamState(loop, kind, nullptr));
  if (!state->adopt(descriptor)) {
    ::close(descriptor);
    return nullptr;
  }
  return std::make_unique<UvStream>(std::move(state));
}

void report_failure(UvStreamState& stream) { stream.report_failure(); }

}  // namespace thresher::event
