#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "event/timer.h"
#include "event/virtual_world.h"
#include "proxy/proxy.h"

namespace thresher::test {

using namespace std::chrono_literals;

/// One end of a connection in virtual time, and what it heard when (since the world began).
struct End final : event::StreamEvents {
  struct Piece {
    Nanoseconds at;
    std::string bytes;
    bool operator==(const Piece&) const = default;
  };
  explicit End(TimePoint start) : start_(start) {}
  std::unique_ptr<event::ByteStream> stream;
  std::vector<Piece> pieces;
  std::optional<Outcome> ended;
  Nanoseconds ended_at{};
  bool is_connected = false;

  void on_connected(TimePoint) override { is_connected = true; }
  void on_bytes(std::string_view bytes, TimePoint now) override {
    pieces.push_back({now - start_, std::string(bytes)});
  }
  void on_end(Outcome why, TimePoint now) override {
    ended = why;
    ended_at = now - start_;
  }
  std::string text() const {
    std::string all;
    for (const Piece& piece : pieces) all += piece.bytes;
    return all;
  }

 private:
  TimePoint start_;
};

/// A client and a server with a proxy between them, in a world whose network takes no time: what is late, the proxy
/// made late.
class Line {
 public:
  explicit Line(std::uint64_t seed = 7, Nanoseconds network = Nanoseconds{}) : world_({.latency = network}) {
    loop = world_.make_loop();
    auto listening = loop->listen(event::Address::loopback(8007), [this](std::unique_ptr<event::ByteStream> stream) {
      servers.push_back(std::make_unique<End>(start_));
      servers.back()->stream = std::move(stream);
      servers.back()->stream->set_events(*servers.back());
    });
    REQUIRE(listening.has_value());
    upstream_ = std::move(*listening);
    auto made = proxy::Proxy::create(
        *loop, {.name = "api", .listen = "127.0.0.1:9007", .upstream = "api.example:8007", .seed = seed});
    REQUIRE(made.has_value());
    proxy = std::move(*made);
  }
  ~Line() {
    proxy.reset();
    clients.clear();
    servers.clear();
    upstream_.reset();
  }

  /// With the attributes given as name and value, one after the other.
  static proxy::Toxic toxic(proxy::ToxicType type, std::vector<std::pair<std::string, double>> attributes = {}) {
    proxy::Toxic made = proxy::Toxic::of(type);
    for (const auto& [name, value] : attributes) REQUIRE(made.set(name, value).has_value());
    return made;
  }
  void add(proxy::Toxic toxic) {
    const auto added = proxy->add(std::move(toxic));
    if (!added) FAIL(added.error().message);
  }

  /// A new client, connected through the proxy; its number.
  std::size_t connect() {
    clients.push_back(std::make_unique<End>(start_));
    clients.back()->stream = loop->connect(event::Address::loopback(9007), *clients.back());
    settle();
    return clients.size() - 1;
  }
  End& client(std::size_t number = 0) { return *clients.at(number); }
  End& server(std::size_t number = 0) { return *servers.at(number); }

  void run_until(Nanoseconds moment) { world_.run_until(start_ + moment); }
  void run_for(Nanoseconds time) { world_.run_until(world_.now() + time); }
  void settle() { run_for(Nanoseconds{}); }
  Nanoseconds now() const { return world_.now() - start_; }

 private:
  event::VirtualWorld world_;
  const TimePoint start_ = world_.now();

 public:
  std::unique_ptr<event::Loop> loop;
  std::vector<std::unique_ptr<End>> clients, servers;
  std::unique_ptr<proxy::Proxy> proxy;

 private:
  std::unique_ptr<event::Acceptor> upstream_;
};

}  // namespace thresher::test
