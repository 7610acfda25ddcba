#include "event/virtual_world.h"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/random.h"
#include "network.h"

using namespace thresher;
using namespace thresher::event;
using namespace std::chrono_literals;

TEST_CASE("a year passes at once, to the nanosecond", "[event]") {
  VirtualWorld world;
  const auto loop = world.make_loop();
  const TimePoint start = loop->now();
  const WallTime wall = loop->wall_now();
  TimePoint fired{};
  Timer timer(loop->timers(), [&](TimePoint now) { fired = now; });
  timer.start_at(start + 365 * 24h + 1ns);
  world.run();
  CHECK(fired - start == 365 * 24h + 1ns);
  CHECK(loop->now() == fired);
  CHECK(loop->read_clock() == fired);
  CHECK(loop->wall_now() - wall == fired - start);
}

TEST_CASE("time never starts at zero, and the wall clock starts with the year 2000", "[event]") {
  VirtualWorld world;
  const auto loop = world.make_loop();
  CHECK(world.now() > TimePoint{});
  CHECK(std::chrono::floor<std::chrono::days>(loop->wall_now()) ==
        std::chrono::sys_days{std::chrono::January / 1 / 2000});
}

TEST_CASE("run_until runs what is due by then and leaves the clock there", "[event]") {
  VirtualWorld world;
  const auto loop = world.make_loop();
  const TimePoint start = world.now();
  std::string fired;
  Timer a(loop->timers(), [&](TimePoint) { fired += 'a'; });
  Timer b(loop->timers(), [&](TimePoint) { fired += 'b'; });
  a.start_at(start + 1s);
  b.start_at(start + 1s + 1ns);
  world.run_until(start + 1s);
  CHECK(fired == "a");
  CHECK(world.now() == start + 1s);
  world.run_until(start + 1h);
  CHECK(fired == "ab");
  CHECK(world.now() == start + 1h);  // although nothing was left to happen
  world.run_until(start);
  CHECK(world.now() == start + 1h);  // never back
}

TEST_CASE("stop() of any loop ends the world's run where it is", "[event]") {
  VirtualWorld world;
  const auto first = world.make_loop();
  const auto second = world.make_loop();
  const TimePoint start = world.now();
  Timer timer(second->timers(), [&](TimePoint) { second->stop(); });
  timer.start_at(start + 1s);
  first->run();
  CHECK(world.now() == start + 1s);
  CHECK(second->take_longest_tick() == Nanoseconds{});
}

TEST_CASE("at one instant posted work comes before timers, and older loops' timers before younger ones'", "[event]") {
  VirtualWorld world;
  const auto older = world.make_loop();
  const auto younger = world.make_loop();
  std::string order;
  const TimePoint due = world.now() + 1ms;
  Timer young(younger->timers(), [&](TimePoint) { order += 'y'; });
  Timer old(older->timers(), [&](TimePoint) {
    order += 'o';
    younger->post([&] { order += 'p'; });
  });
  young.start_at(due);
  old.start_at(due);
  world.run();
  CHECK(order == "opy");
}

TEST_CASE("connecting and every write take one latency", "[event]") {
  VirtualWorld world({.latency = 3ms});
  const auto loop = world.make_loop();
  std::vector<Nanoseconds> times;
  const TimePoint start = world.now();
  Peer client, server;
  const auto note = [&] { times.push_back(world.now() - start); };
  client.at_connected = [&] {
    note();
    client.stream->write("x");
  };
  server.at_bytes = [&] {
    note();
    server.stream->write("y");
  };
  client.at_bytes = note;
  const auto acceptor = loop->listen(Address::loopback(80), [&](auto stream) {
    server.stream = std::move(stream);
    server.stream->set_events(server);
  });
  client.stream = loop->connect(Address::loopback(80), client);
  world.run();
  CHECK(times == std::vector<Nanoseconds>{3ms, 6ms, 9ms});
}

TEST_CASE("a refusal takes one latency", "[event]") {
  VirtualWorld world({.latency = 3ms});
  const auto loop = world.make_loop();
  Peer client;
  const TimePoint start = world.now();
  client.stream = loop->connect(Address::loopback(80), client);
  world.run();
  CHECK(client.end == Outcome::connect_refused);
  CHECK(world.now() - start == 3ms);
}

TEST_CASE("what was queued beyond the window is lost when its stream is destroyed, as on a socket", "[event]") {
  Network<VirtualTime> net;
  net.at_accept = [&] { net.server.stream->pause_reading(); };
  net.client.at_connected = [&] {
    net.client.stream->write(std::string(1'000'000, 'x'));
    CHECK(net.client.stream->queued_bytes() == 1'000'000 - (256 << 10));
    net.client.stream.reset();
  };
  net.connect();
  net.run_for(1s);
  net.server.stream->resume_reading();
  net.run_until([&] { return net.server.end.has_value(); });
  CHECK(net.server.received.size() == 256 << 10);
}

TEST_CASE("a listener on every address takes connections to each, IPv6's also those of IPv4", "[event]") {
  VirtualWorld world;
  const auto loop = world.make_loop();
  int accepted = 0;
  const auto all = loop->listen(*Address::parse("0.0.0.0", 80), [&](auto) { ++accepted; });
  CHECK_FALSE(loop->listen(Address::loopback(80), [](auto) {}).has_value());
  const auto all_six = loop->listen(*Address::parse("::", 81), [&](auto) { ++accepted; });
  Peer a, b, c, d;
  a.stream = loop->connect(Address::loopback(80), a);
  b.stream = loop->connect(*Address::parse("10.1.2.3", 80), b);
  c.stream = loop->connect(Address::loopback(81), c);
  d.stream = loop->connect(*Address::parse("::1", 80), d);
  world.run();
  CHECK(accepted == 3);
  CHECK(d.end == Outcome::connect_refused);
}

TEST_CASE("listeners on a shared port take turns", "[event]") {
  VirtualWorld world;
  const auto loop = world.make_loop();
  std::string turns;
  const ListenOptions shared{.shared_port = true};
  const auto a = loop->listen(
      Address::loopback(80), [&](auto) { turns += 'a'; }, shared);
  const auto b = loop->listen(
      Address::loopback(80), [&](auto) { turns += 'b'; }, shared);
  std::array<Peer, 4> clients;
  for (Peer& client : clients) client.stream = loop->connect(Address::loopback(80), client);
  world.run();
  CHECK(turns == "abab");
}

TEST_CASE("work posted to a loop that is gone is dropped", "[event]") {
  VirtualWorld world;
  auto gone = world.make_loop();
  const auto kept = world.make_loop();
  std::string ran;
  gone->post([&] { ran += 'g'; });
  kept->post([&] { ran += 'k'; });
  gone.reset();
  world.run();
  CHECK(ran == "k");
}

TEST_CASE("a world may end with bytes and streams in flight", "[event]") {
  auto world = std::make_unique<VirtualWorld>();
  auto loop = world->make_loop();
  auto client = std::make_shared<Peer>();
  client->stream = loop->connect(Address::loopback(80), *client);
  client->stream->write("never read");
  loop->post([client] {});  // the last owner goes with the world
  client.reset();
  loop.reset();
  world.reset();
}

namespace {

/// Fifty clients and four servers, some slow, some rude, for a virtual minute: everything that happens, as text.
std::string trace(std::uint64_t seed) {
  struct Server {
    Peer peer;
    std::optional<Timer> answer;
  };
  VirtualWorld world;
  const auto loop = world.make_loop();
  const auto server_loop = world.make_loop();
  std::string log;
  RandomStream random(seed, StreamPurpose::run, 0);
  std::vector<std::unique_ptr<Server>> served;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  for (std::uint16_t port = 8000; port < 8004; ++port) {
    auto acceptor = server_loop->listen(Address::loopback(port), [&](std::unique_ptr<ByteStream> stream) {
      served.push_back(std::make_unique<Server>());
      Server& server = *served.back();
      server.answer.emplace(server_loop->timers(), [&server](TimePoint) { server.peer.stream->write("answer"); });
      server.peer.at_bytes = [&] {
        if (random.below(20) == 0) {
          server.peer.stream->reset();
        } else {
          server.answer->start_at(server_loop->now() + Nanoseconds(random.below(1'000'000)));
        }
      };
      server.peer.stream = std::move(stream);
      server.peer.stream->set_events(server.peer);
    });
    acceptors.push_back(std::move(*acceptor));
  }
  std::vector<std::unique_ptr<Peer>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<Peer>());
    Peer& client = *clients.back();
    const auto connect = [&client, &loop, &random] {
      const auto port = static_cast<std::uint16_t>(8000 + random.below(5));  // one of them refuses
      client.stream = loop->connect(Address::loopback(port), client);
    };
    client.at_connected = [&client] { client.stream->write("question"); };
    client.at_bytes = [&client, &loop, &log, i] {
      log += fmt::format("{} {} bytes\n", loop->now().time_since_epoch().count(), i);
      client.stream->write("question");
    };
    client.at_end = [&client, &loop, &log, i, connect] {
      log += fmt::format("{} {} {}\n", loop->now().time_since_epoch().count(), i, name_of(*client.end));
      loop->post(connect);
    };
    connect();
  }
  world.run_until(world.now() + 1s);
  return log;
}

}  // namespace

TEST_CASE("what happens in a world is a pure function of what its loops do", "[event]") {
  const std::string first = trace(7);
  CHECK(first.size() > 100'000);
  CHECK((first == trace(7)));
  CHECK((first != trace(8)));
}
