#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "event/uv_internal.h"

namespace thresher::event {
namespace {

constexpr int kAcceptsPerWakeUp = 64;  // then the other sockets get their turn
constexpr auto kPauseWithoutDescriptors = std::chrono::milliseconds(50);

/// A listening socket, watched by uv_poll and accepted from by hand. uv_listen would do, but for one case: when the
/// process has no descriptor left and another thread took libuv's reserve, it calls accept() for ever. Here accepting
/// pauses; the connections wait in the backlog.
class AcceptorState {
 public:
  AcceptorState(UvLoop& loop, int descriptor, Address local, std::function<void(std::unique_ptr<ByteStream>)> on_accept)
      : loop_(loop),
        descriptor_(descriptor),
        local_(local),
        on_accept_(std::move(on_accept)),
        pause_(loop.timers(), [this](TimePoint) { watch(); }) {
    uv_poll_init(loop.raw(), &poll_, descriptor);
    poll_.data = this;
    watch();
  }

  uv_poll_t* handle() { return &poll_; }
  void abandon() {
    abandoned_ = true;
    pause_.cancel();
    uv_poll_stop(&poll_);
    ::close(descriptor_);  // now, so that the port is free when the owner's destructor returns
  }
  const Address& local() const { return local_; }

 private:
  void watch() {
    uv_poll_start(&poll_, UV_READABLE,
                  [](uv_poll_t* handle, int, int) { static_cast<AcceptorState*>(handle->data)->accept(); });
  }

  void accept() {
    for (int i = 0; i < kAcceptsPerWakeUp && !abandoned_; ++i) {
      const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      const int reason = descriptor < 0 ? errno : 0;
      if (reason == EAGAIN) return;
      const TimePoint now = loop_.begin_callback();
      if (reason == 0) {
        if (auto stream = adopt_stream(loop_, descriptor)) on_accept_(std::move(stream));
      } else if (reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM) {
        uv_poll_stop(&poll_);
        pause_.start_at(now + kPauseWithoutDescriptors);
        return;
      }  // otherwise that one connection failed before we came to it
    }
  }

  uv_poll_t poll_{};
  UvLoop& loop_;
  int descriptor_;
  Address local_;
  std::function<void(std::unique_ptr<ByteStream>)> on_accept_;
  Timer pause_;
  bool abandoned_ = false;
};

class UvAcceptor final : public Acceptor {
 public:
  explicit UvAcceptor(Owned<AcceptorState> state) : state_(std::move(state)) {}
  Address local() const override { return state_->local(); }

 private:
  Owned<AcceptorState> state_;
};

bool enable(int descriptor, int level, int option) {
  const int on = 1;
  return setsockopt(descriptor, level, option, &on, sizeof(on)) == 0;
}

bool bind_and_listen(int descriptor, const SocketAddress& address, const ListenOptions& options) {
  return enable(descriptor, SOL_SOCKET, SO_REUSEADDR) &&
         (!options.shared_port || enable(descriptor, SOL_SOCKET, SO_REUSEPORT)) &&
         enable(descriptor, IPPROTO_TCP, TCP_NODELAY) &&  // accepted sockets inherit it
         ::bind(descriptor, address.raw(), address.size) == 0 && ::listen(descriptor, options.backlog) == 0;
}

}  // namespace

Result<std::unique_ptr<Acceptor>> make_acceptor(UvLoop& loop, const Address& at,
                                                std::function<void(std::unique_ptr<ByteStream>)> on_accept,
                                                ListenOptions options) {
  SocketAddress address(at);
  const int descriptor = ::socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || !bind_and_listen(descriptor, address, options)) {
    const int reason = errno;
    if (descriptor >= 0) ::close(descriptor);
    return fail(ErrorCode::io,
                fmt::format("cannot listen on {}: {}", at.text(), uv_strerror(uv_translate_sys_error(reason))));
  }
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address.storage), &address.size);
  Owned<AcceptorState> state(
      new AcceptorState(loop, descriptor, SocketAddress::read(address.raw()), std::move(on_accept)));
  return std::make_unique<UvAcceptor>(std::move(state));
}

}  // namespace thresher::event
