// What every Loop promises, asserted over both implementations.

#include "event/loop.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <utility>

#include "network.h"

using namespace thresher;
using namespace thresher::event;
using namespace std::chrono_literals;

namespace {

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23 + i / 65536 % 3);
  return bytes;
}

}  // namespace

#define LOOP_TEST(title) TEMPLATE_TEST_CASE(title, "[event][contract]", RealTime, VirtualTime)

LOOP_TEST("a connection carries bytes both ways") {
  Network<TestType> net;
  net.server.at_bytes = [&] { net.server.stream->write("pong"); };
  net.client.at_connected = [&] { CHECK(net.client.stream->write("ping")); };
  net.connect();
  CHECK_FALSE(net.client.connected);  // nothing is called before connect() returns
  net.run_until([&] { return !net.client.received.empty(); });
  CHECK(net.server.received == "ping");
  CHECK(net.client.received == "pong");
  CHECK(net.client.stream->queued_bytes() == 0);
  CHECK_FALSE(net.server.connected);  // an accepted stream starts connected
}

LOOP_TEST("bytes written before the connection is there go out once it is") {
  Network<TestType> net;
  net.connect();
  net.client.stream->write("early ");
  net.client.stream->write("bird");
  net.client.stream->finish();
  net.run_until([&] { return net.server.end.has_value(); });
  CHECK(net.server.received == "early bird");
  CHECK(net.server.end == Outcome::closed);
}

LOOP_TEST("ten megabytes arrive whole and in order, then the end") {
  Network<TestType> net;
  const std::string sent = pattern(10'000'000);
  net.client.at_connected = [&] {
    CHECK_FALSE(net.client.stream->write(sent));
    CHECK(net.client.stream->queued_bytes() > 0);
    net.client.stream->finish();  // what is queued still goes out
  };
  net.connect();
  net.run_until([&] { return net.server.end && net.client.drained > 0; });
  CHECK(net.server.end == Outcome::closed);
  CHECK((net.server.received == sent));  // not expanded: ten megabytes in a message help nobody
  CHECK(net.client.drained == 1);
  CHECK(net.client.stream->queued_bytes() == 0);
}

LOOP_TEST("a paused reader stops the writer, and resuming lets it go on") {
  Network<TestType> net;
  const std::string block = pattern(1 << 20);
  std::size_t sent = 0;
  net.at_accept = [&] { net.server.stream->pause_reading(); };
  net.client.at_connected = [&] {
    do sent += block.size();
    while (net.client.stream->write(block) && sent < 64 * block.size());
  };
  net.connect();
  net.run_for(20ms);
  REQUIRE(net.client.stream->queued_bytes() > 0);
  CHECK(net.client.drained == 0);
  CHECK(net.server.received.empty());
  net.server.stream->resume_reading();
  net.run_until([&] { return net.server.received.size() == sent && net.client.drained > 0; });
  CHECK(net.client.drained == 1);
  CHECK(net.client.stream->queued_bytes() == 0);
}

LOOP_TEST("an accepted stream reads nothing until somebody listens to it") {
  Network<TestType> net;
  std::unique_ptr<ByteStream> accepted;
  net.at_accept = [&] { accepted = std::move(net.server.stream); };
  net.client.at_connected = [&] { net.client.stream->write("hello"); };
  net.connect();
  net.run_until([&] { return accepted != nullptr && net.client.connected; });
  net.run_for(5ms);
  net.server.stream = std::move(accepted);
  net.server.stream->set_events(net.server);
  net.run_until([&] { return net.server.received == "hello"; });
}

LOOP_TEST("a new receiver takes over where the old one stopped") {
  Network<TestType> net;
  Peer second;
  second.changed = [&] { net.check_done(); };
  net.server.at_bytes = [&] {
    net.server.stream->set_events(second);
    net.server.stream->write("next");
  };
  net.client.at_connected = [&] { net.client.stream->write("one"); };
  net.client.at_bytes = [&] { net.client.stream->write("two"); };
  net.connect();
  net.run_until([&] { return second.received == "two"; });
  CHECK(net.server.received == "one");
}

LOOP_TEST("an orderly end leaves the other direction open") {
  Network<TestType> net;
  net.client.at_connected = [&] {
    net.client.stream->write("question");
    net.client.stream->finish();
  };
  net.server.at_end = [&] {
    net.server.stream->write("answer");
    net.server.stream->finish();
  };
  net.connect();
  net.run_until([&] { return net.client.end.has_value(); });
  CHECK(net.server.received == "question");
  CHECK(net.server.end == Outcome::closed);
  CHECK(net.client.received == "answer");
  CHECK(net.client.end == Outcome::closed);
}

LOOP_TEST("destroying a stream ends the peer's in an orderly way") {
  Network<TestType> net;
  net.client.at_connected = [&] {
    net.client.stream->write("bye");
    net.client.stream.reset();
  };
  net.connect();
  net.run_until([&] { return net.server.end.has_value(); });
  CHECK(net.server.received == "bye");
  CHECK(net.server.end == Outcome::closed);
  CHECK(net.client.ends == 0);
}

LOOP_TEST("a reset reaches the peer as a reset, and the aborting side hears nothing") {
  Network<TestType> net;
  net.server.at_bytes = [&] {
    net.server.stream->reset();
    net.server.stream->write("into the void");  // what is left of it takes every call
    net.server.stream->pause_reading();
    net.server.stream->finish();
  };
  net.client.at_connected = [&] { net.client.stream->write("x"); };
  net.connect();
  net.run_until([&] { return net.client.end.has_value(); });
  CHECK(net.client.end == Outcome::reset);
  CHECK(net.client.ends == 1);
  CHECK(net.server.ends == 0);
}

LOOP_TEST("an early answer is read although the peer then drops what it was still being sent") {
  Network<TestType> net;
  net.at_accept = [&] { net.server.stream->pause_reading(); };
  net.client.at_connected = [&] { net.client.stream->write(pattern(100'000)); };
  net.connect();
  net.run_until([&] { return net.server.stream != nullptr && net.client.connected; });
  net.run_for(5ms);
  net.server.stream->write("413");
  net.server.stream.reset();  // with bytes unread: the peer is reset
  net.run_until([&] { return net.client.end.has_value(); });
  CHECK(net.client.received == "413");
  CHECK(net.client.end == Outcome::reset);
}

LOOP_TEST("writing to a peer that is gone reports the failure once, and never from inside write()") {
  Network<TestType> net;
  net.at_accept = [&] { net.server.stream->pause_reading(); };
  bool writing = false;
  net.client.at_end = [&] { CHECK_FALSE(writing); };
  net.client.at_connected = [&] { net.client.stream->write("x"); };
  net.connect();
  net.run_until([&] { return net.server.stream != nullptr && net.client.connected; });
  net.run_for(5ms);
  net.server.stream.reset();
  writing = true;
  for (int i = 0; i < 5; ++i) net.client.stream->write("more");
  writing = false;
  net.run_until([&] { return net.client.end.has_value(); });
  net.client.stream->write("and more");
  net.run_for(5ms);
  CHECK(net.client.end == Outcome::reset);
  CHECK(net.client.ends == 1);
}

LOOP_TEST("a port nobody listens on refuses, after connect() has returned") {
  Network<TestType> net;
  const Address closed = net.acceptor->local();
  net.acceptor.reset();
  net.client.stream = net.loop.connect(closed, net.client);
  CHECK(net.client.ends == 0);
  net.run_until([&] { return net.client.end.has_value(); });
  CHECK(net.client.end == Outcome::connect_refused);
  CHECK_FALSE(net.client.connected);
}

LOOP_TEST("a stream may be destroyed before its connection is there") {
  Network<TestType> net;
  net.connect();
  net.client.stream.reset();
  net.run_for(5ms);
  CHECK_FALSE(net.client.connected);
  CHECK(net.client.ends == 0);
}

LOOP_TEST("a stream may be destroyed in any of its callbacks") {
  Network<TestType> net;
  const auto destroy = [&] { net.client.stream.reset(); };
  SECTION("on_connected") {
    net.client.at_connected = destroy;
    net.connect();
    net.run_until([&] { return net.server.end.has_value(); });
    CHECK(net.client.received.empty());
  }
  SECTION("on_bytes, with more to come") {
    net.at_accept = [&] { net.server.stream->write(pattern(1'000'000)); };
    net.client.at_bytes = destroy;
    net.connect();
    net.run_until([&] { return net.server.end.has_value(); });
    CHECK(net.client.received.size() < 1'000'000);
  }
  SECTION("on_end") {
    net.at_accept = [&] { net.server.stream.reset(); };
    net.client.at_end = destroy;
    net.connect();
    net.run_until([&] { return net.client.end.has_value(); });
  }
  SECTION("on_drained") {
    net.client.at_connected = [&] { net.client.stream->write(pattern(10'000'000)); };
    net.client.at_drained = destroy;
    net.connect();
    net.run_until([&] { return net.server.end.has_value(); });
    CHECK(net.client.drained == 1);
  }
  SECTION("a refusal") {
    const Address closed = net.acceptor->local();
    net.acceptor.reset();
    net.client.at_end = destroy;
    net.client.stream = net.loop.connect(closed, net.client);
    net.run_until([&] { return net.client.end.has_value(); });
  }
  SECTION("its own timer") {
    Timer timer(net.loop.timers(), [&](TimePoint) { net.client.stream.reset(); });
    net.client.at_connected = [&] { timer.start_at(net.loop.now() + 1ms); };
    net.connect();
    net.run_until([&] { return net.server.end.has_value(); });
  }
  CHECK(net.client.stream == nullptr);
  CHECK(net.client.ends <= 1);
}

LOOP_TEST("destroying the acceptor from its callback keeps what was accepted") {
  Network<TestType> net;
  net.at_accept = [&] { net.acceptor.reset(); };
  net.client.at_connected = [&] { net.client.stream->write("still here"); };
  net.connect();
  net.run_until([&] { return net.server.received == "still here"; });
}

LOOP_TEST("an address in use is an error that names it") {
  Network<TestType> net;
  const Address taken = net.acceptor->local();
  const auto second = net.loop.listen(taken, [](auto) {});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::io);
  CHECK(second.error().message == "cannot listen on " + taken.text() + ": address already in use");
  net.acceptor.reset();
  CHECK(net.loop.listen(taken, [](auto) {}).has_value());  // free again at once
}

LOOP_TEST("several listeners share a port when all of them say so") {
  Network<TestType> net;
  const ListenOptions shared{.shared_port = true};
  auto first = net.loop.listen(
      Address::loopback(0), [](auto) {}, shared);
  REQUIRE(first.has_value());
  CHECK(net.loop.listen((*first)->local(), [](auto) {}, shared).has_value());
  CHECK_FALSE(net.loop.listen((*first)->local(), [](auto) {}).has_value());
}

LOOP_TEST("connections go over IPv6 as well") {
  Network<TestType> net(*Address::parse("::1", 0));
  CHECK(net.acceptor->local().host() == "::1");
  CHECK(net.acceptor->local().port != 0);
  net.client.at_connected = [&] { net.client.stream->write("six"); };
  net.connect();
  net.run_until([&] { return net.server.received == "six"; });
}

LOOP_TEST("timers fire in the order they are due, not before, and with the tick's reading") {
  Network<TestType> net;
  std::string fired;
  const TimePoint start = net.loop.now();
  const auto note = [&](char name, TimePoint due) {
    return [&fired, &net, name, due](TimePoint now) {
      fired += name;
      CHECK(now >= due);
      CHECK(net.loop.now() >= now);
      net.check_done();
    };
  };
  Timer a(net.loop.timers(), note('a', start + 3ms));
  Timer b(net.loop.timers(), note('b', start + 1ms));
  Timer c(net.loop.timers(), note('c', start + 1ms));
  Timer d(net.loop.timers(), note('d', start + 2ms));
  a.start_at(start + 3ms);
  b.start_at(start + 1ms);
  c.start_at(start + 1ms);
  d.start_at(start + 2ms);
  net.run_until([&] { return fired.size() == 4; });
  CHECK(fired == "bcda");
}

LOOP_TEST("a timer moved earlier, moved later or cancelled keeps its latest word") {
  Network<TestType> net;
  std::string fired;
  Timer sooner(net.loop.timers(), [&](TimePoint) { fired += 's'; });
  Timer later(net.loop.timers(), [&](TimePoint) {
    fired += 'l';
    net.check_done();
  });
  Timer never(net.loop.timers(), [&](TimePoint) { fired += 'n'; });
  const TimePoint start = net.loop.now();
  later.start_at(start + 1ms);
  sooner.start_at(start + 1h);
  never.start_at(start + 2ms);
  net.loop.post([&] {
    later.start_at(start + 8ms);
    sooner.start_at(start + 4ms);
    never.cancel();
  });
  net.run_until([&] { return fired.find('l') != std::string::npos; });
  CHECK(fired == "sl");
}

LOOP_TEST("posted work runs in order, on the loop, and never before post() returns") {
  Network<TestType> net;
  std::string done;
  net.loop.post([&] {
    done += '1';
    net.loop.post([&] {
      done += '3';
      net.check_done();
    });
    CHECK(done == "1");
  });
  net.loop.post([&] { done += '2'; });
  CHECK(done.empty());
  net.run_until([&] { return done.size() == 3; });
  CHECK(done == "123");
}

LOOP_TEST("a loop that is stopped before it runs returns at once, and can run again") {
  Network<TestType> net;
  bool ran = false;
  Timer timer(net.loop.timers(), [&](TimePoint) {
    ran = true;
    net.loop.stop();
  });
  timer.start_at(net.loop.now() + 1ms);
  net.loop.stop();
  net.loop.run();
  CHECK_FALSE(ran);
  net.loop.run();
  CHECK(ran);
}

LOOP_TEST("localhost resolves, with the port asked for") {
  Network<TestType> net;
  std::optional<std::vector<Address>> found;
  const auto question = net.loop.resolve("localhost", 8007, [&](std::vector<Address> addresses) {
    found = std::move(addresses);
    net.check_done();
  });
  CHECK_FALSE(found.has_value());
  net.run_until([&] { return found.has_value(); });
  REQUIRE_FALSE(found->empty());
  for (const Address& address : *found) {
    CHECK((address == Address::loopback(8007) || address == *Address::parse("::1", 8007)));
  }
}

LOOP_TEST("a name that does not exist resolves to nothing") {
  Network<TestType> net;
  std::optional<std::vector<Address>> found;
  const std::string host = GENERATE(std::string("thresher.invalid"), std::string(300, 'a') + ".invalid");
  const auto question = net.loop.resolve(host, 80, [&](std::vector<Address> addresses) {
    found = std::move(addresses);
    net.check_done();
  });
  CHECK_FALSE(found.has_value());
  net.run_until([&] { return found.has_value(); });
  CHECK(found->empty());
}

LOOP_TEST("a question that is dropped is never answered") {
  Network<TestType> net;
  bool answered = false;
  auto dropped = net.loop.resolve("localhost", 80, [&](auto) { answered = true; });
  dropped.reset();
  bool other = false;
  const auto kept = net.loop.resolve("localhost", 80, [&](auto) {
    other = true;
    net.check_done();
  });
  net.run_until([&] { return other; });
  CHECK_FALSE(answered);
}

LOOP_TEST("a question may be dropped from its own answer") {
  Network<TestType> net;
  bool answered = false;
  std::unique_ptr<Resolution> question = net.loop.resolve("localhost", 80, [&](auto) {
    question.reset();
    answered = true;
    net.check_done();
  });
  net.run_until([&] { return answered; });
}
