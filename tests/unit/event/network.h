#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "event/loop.h"
#include "event/timer.h"
#include "event/uv_loop.h"
#include "event/virtual_world.h"

namespace Catch {
template <>
struct StringMaker<thresher::Outcome> {
  static std::string convert(thresher::Outcome outcome) { return std::string(thresher::name_of(outcome)); }
};
}  // namespace Catch

namespace thresher::event {

/// The two implementations under one contract.
struct RealTime {
  std::unique_ptr<Loop> loop = make_uv_loop();
};
struct VirtualTime {
  VirtualWorld world;
  std::unique_ptr<Loop> loop = world.make_loop();
};

/// One end of a connection: keeps what it hears and calls a test's hook after each event, which may destroy the stream.
struct Peer final : StreamEvents {
  std::unique_ptr<ByteStream> stream;
  bool connected = false;
  std::string received;
  int drained = 0;
  int ends = 0;
  std::optional<Outcome> end;
  std::function<void()> at_connected, at_bytes, at_drained, at_end;
  std::function<void()> changed = [] {};

  void on_connected(TimePoint) override {
    connected = true;
    call(at_connected);
  }
  void on_bytes(std::string_view bytes, TimePoint) override {
    received += bytes;
    call(at_bytes);
  }
  void on_drained(TimePoint) override {
    ++drained;
    call(at_drained);
  }
  void on_end(Outcome why, TimePoint) override {
    end = why;
    ++ends;
    call(at_end);
  }
  void call(const std::function<void()>& hook) {
    if (hook) hook();
    changed();
  }
};

/// A loop with a listener on a loopback address, one client and the server's end of its connection.
template <class World>
struct Network {
  World world;
  Loop& loop = *world.loop;
  Peer client, server;
  std::function<void()> at_accept;
  std::unique_ptr<Acceptor> acceptor;

  explicit Network(const Address& at = Address::loopback(0)) {
    client.changed = server.changed = [this] { check_done(); };
    auto listening = loop.listen(at, [this](std::unique_ptr<ByteStream> stream) {
      server.stream = std::move(stream);
      if (at_accept) at_accept();
      if (server.stream != nullptr) server.stream->set_events(server);
      check_done();
    });
    REQUIRE(listening.has_value());
    acceptor = std::move(*listening);
  }

  void connect() { client.stream = loop.connect(acceptor->local(), client); }

  /// Runs the loop until `done` holds after some event; a test that hangs fails instead.
  void run_until(std::function<bool()> done) {
    if (done()) return;
    done_ = std::move(done);
    Timer patience(loop.timers(), [this](TimePoint) { loop.stop(); });
    patience.start_at(loop.now() + std::chrono::seconds(20));
    loop.run();
    const auto held = std::exchange(done_, nullptr);
    REQUIRE(held());
  }
  void run_for(Nanoseconds time) {
    Timer over(loop.timers(), [this](TimePoint) { loop.stop(); });
    over.start_at(loop.now() + time);
    loop.run();
  }
  void check_done() {
    if (done_ && done_()) loop.stop();
  }

 private:
  std::function<bool()> done_;
};

}  // namespace thresher::event
