#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
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
  AcceptorState(UvLoop& loop, SocketKind kind, int descriptor, Address local,
                std::function<void(std::unique_ptr<ByteStream>)> on_accept)
      : loop_(loop),
        kind_(kind),
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
        if (auto stream = adopt_stream(loop_, descriptor, kind_)) on_accept_(std::move(stream));
      } else if (reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM) {
        uv_poll_stop(&poll_);
        pause_.start_at(now + kPauseWithoutDescriptors);
        return;
      }  // otherwise that one connection failed before we came to it
    }
  }

  uv_poll_t poll_{};
  UvLoop& loop_;
  const SocketKind kind_;
  int descriptor_;
  Address local_;
  std::function<void(std::unique_ptr<ByteStream>)> on_accept_;
  Timer pause_;
  bool abandoned_ = false;
};

/// A socket's file. Goes with its owner, unless another has taken its place meanwhile.
class SocketFile {
 public:
  explicit SocketFile(std::filesystem::path path) : path_(std::move(path)) { ::lstat(path_.c_str(), &mine_); }
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile() {
    struct stat there {};
    if (::lstat(path_.c_str(), &there) == 0 && there.st_ino == mine_.st_ino && there.st_dev == mine_.st_dev)
      ::unlink(path_.c_str());
  }

 private:
  std::filesystem::path path_;
  struct stat mine_ {};
};

class UvAcceptor final : public Acceptor {
 public:
  UvAcceptor(Owned<AcceptorState> state, std::unique_ptr<SocketFile> file)
      : file_(std::move(file)), state_(std::move(state)) {}
  Address local() const override { return state_->local(); }

 private:
  std::unique_ptr<SocketFile> file_;  ///< of a local socket; goes after it stopped listening
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

/// Made under another name and then linked to its own, so that nobody meets a socket that does not listen yet and takes
/// it for a dead one. The mode is the file's from the first: Linux gives the file that of the socket.
bool listen_at(int descriptor, const LocalAddress& unfinished, const std::filesystem::path& path) {
  const char* name = unfinished.storage.sun_path;
  ::unlink(name);  // of a process that was killed here
  const bool listening = ::fchmod(descriptor, S_IRUSR | S_IWUSR) == 0 &&
                         ::bind(descriptor, unfinished.raw(), sizeof(unfinished.storage)) == 0 &&
                         ::listen(descriptor, ListenOptions{}.backlog) == 0 && ::link(name, path.c_str()) == 0;
  const int reason = errno;
  ::unlink(name);
  errno = reason == EEXIST ? EADDRINUSE : reason;
  return listening;
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
  Owned<AcceptorState> state(new AcceptorState(loop, SocketKind::network, descriptor,
                                               SocketAddress::read(address.raw()), std::move(on_accept)));
  return std::make_unique<UvAcceptor>(std::move(state), nullptr);
}

Result<std::unique_ptr<Acceptor>> make_acceptor(UvLoop& loop, const std::filesystem::path& path,
                                                std::function<void(std::unique_ptr<ByteStream>)> on_accept) {
  const auto address = LocalAddress::of(path, "+");
  if (!address) return fail(Error(address.error()));
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || !listen_at(descriptor, *address, path)) {
    const int reason = errno;
    if (descriptor >= 0) ::close(descriptor);
    return fail(ErrorCode::io,
                fmt::format("cannot listen on {}: {}", path.string(), uv_strerror(uv_translate_sys_error(reason))));
  }
  auto file = std::make_unique<SocketFile>(path);
  Owned<AcceptorState> state(new AcceptorState(loop, SocketKind::local, descriptor, Address{}, std::move(on_accept)));
  return std::make_unique<UvAcceptor>(std::move(state), std::move(file));
}

}  // namespace thresher::event
