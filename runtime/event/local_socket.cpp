#include "event/local_socket.h"

#include <unistd.h>

#include <cerrno>

#include "event/loop.h"
#include "event/uv_internal.h"

namespace thresher::event {

bool is_served(const std::filesystem::path& path) {
  const auto address = LocalAddress::of(path);
  if (!address) return false;
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return true;  // nothing is known: whoever asks must not take it for dead
  const bool refused = ::connect(descriptor, address->raw(), sizeof(address->storage)) != 0;
  const int reason = errno;
  ::close(descriptor);
  return !refused || (reason != ECONNREFUSED && reason != ENOENT);  // EAGAIN: its queue is full
}

namespace {

constexpr const char* kNotVirtual = "a rehearsal has no local sockets: what is at their other end lives in real time";

}  // namespace

Result<std::unique_ptr<Acceptor>> Loop::listen_local(const std::filesystem::path&,
                                                     std::function<void(std::unique_ptr<ByteStream>)>) {
  return fail(ErrorCode::invalid_argument, kNotVirtual);
}

Result<std::unique_ptr<ByteStream>> Loop::connect_local(const std::filesystem::path&, StreamEvents&) {
  return fail(ErrorCode::invalid_argument, kNotVirtual);
}

}  // namespace thresher::event
