#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace thresher::test {

/// One blocking connection to 127.0.0.1, for what a well-behaved client would not send.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* address = static_cast<const sockaddr*>(static_cast<const void*>(&to));
    if (fd_ < 0 || ::connect(fd_, address, sizeof to) != 0) throw std::runtime_error("cannot connect");
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) {
    if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("cannot send");
  }
  /// Reads until `enough(heard)`, the end, or ten seconds of silence.
  template <class Enough>
  const std::string& read_until(Enough enough) {
    while (!enough(heard_) && read_some()) {
    }
    return heard_;
  }
  const std::string& read_to_end() {
    return read_until([](const std::string&) { return false; });
  }
  bool at_end() const { return at_end_; }

 private:
  bool read_some() {
    pollfd wanted{fd_, POLLIN, 0};
    if (::poll(&wanted, 1, 10'000) <= 0) return false;
    char buffer[65536];
    const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
    at_end_ = count <= 0;
    if (!at_end_) heard_.append(buffer, static_cast<std::size_t>(count));
    return !at_end_;
  }

  int fd_;
  std::string heard_;
  bool at_end_ = false;
};

/// The whole answer to one request on a connection of its own, which the request asks to be closed.
inline std::string exchange(std::uint16_t port, std::string_view method, std::string_view target,
                            std::string_view headers = {}, std::string_view body = {}) {
  RawClient client(port);
  std::string request;
  request.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
  request.append(headers);
  if (!body.empty()) request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  client.send(request.append("\r\n").append(body));
  return client.read_to_end();
}

}  // namespace thresher::test
