#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "event/virtual_world.h"
#include "http/client.h"
#include "support/loopback_server.h"

namespace thresher::test {

/// A response, copied out of its views.
struct Answer {
  Outcome outcome;
  int status;
  std::string head, body, detail, tls_version;
  http::Timings timings;
  TimePoint started, finished;
  std::uint64_t bytes_sent, bytes_received;
  bool reused;
  std::string remote;
};

/// Keeps what it hears; `then` runs inside on_response().
class Listener final : public http::ResponseReceiver {
 public:
  void on_response(const http::Response& response) override {
    answers.push_back({response.outcome, response.status, std::string(response.head), std::string(response.body),
                       std::string(response.detail), std::string(response.tls_version), response.timings,
                       response.started, response.finished, response.bytes_sent, response.bytes_received,
                       response.reused, response.remote.text()});
    if (then) then();
  }
  std::vector<Answer> answers;
  std::function<void()> then;
};

/// A client and a LoopbackServer in virtual time: 50 us from one to the other.
class ClientFixture {
 public:
  static constexpr Nanoseconds kLatency = std::chrono::microseconds(50);

  explicit ClientFixture(http::ClientOptions options = {}) {
    auto made = http::Client::create(*loop, std::move(options));
    REQUIRE(made);
    client = std::move(*made);
    session = client->open_session();
    origin = {false, "127.0.0.1", server.address().port};
  }

  http::Request get() const {
    http::Request request;
    request.origin = &origin;
    request.head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    return request;
  }
  http::Request post(std::string_view body, const std::string& extra = {}) {
    head_ = "POST / HTTP/1.1\r\nHost: h\r\n" + extra + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    http::Request request = get();
    request.head = head_;
    request.body = body;
    return request;
  }
  http::Exchange* start(const http::Request& request) { return client->start(*session, request, listener); }
  void advance(Nanoseconds duration) { world.run_until(world.now() + duration); }
  /// Sends and waits, for at most two virtual minutes.
  Answer exchange(const http::Request& request) {
    const std::size_t before = listener.answers.size();
    start(request);
    const TimePoint limit = world.now() + std::chrono::minutes(2);
    while (listener.answers.size() == before && world.now() < limit) advance(std::chrono::milliseconds(1));
    REQUIRE(listener.answers.size() == before + 1);
    return listener.answers.back();
  }
  Answer exchange() { return exchange(get()); }

  event::VirtualWorld world{{.latency = kLatency}};
  std::unique_ptr<event::Loop> loop = world.make_loop();
  LoopbackServer server{*loop};
  std::unique_ptr<http::Client> client;
  std::unique_ptr<http::Session> session;
  http::Origin origin;
  Listener listener;

 private:
  std::string head_;
};

}  // namespace thresher::test
