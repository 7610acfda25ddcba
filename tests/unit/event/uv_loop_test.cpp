#include "event/uv_loop.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "network.h"

using namespace thresher;
using namespace thresher::event;
using namespace std::chrono_literals;

namespace {

/// While it lives, this process can open no further descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::dup(STDIN_FILENO);
    ::close(lowest_free);
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(lowest_free);
    setrlimit(RLIMIT_NOFILE, &now);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

Nanoseconds thread_cpu() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + Nanoseconds(used.tv_nsec);
}

}  // namespace

TEST_CASE("work posted from another thread runs on the loop's, all of it and in order", "[event]") {
  const auto loop = make_uv_loop();
  constexpr int kMessages = 10'000;
  std::vector<int> received;
  const auto loop_thread = std::this_thread::get_id();
  std::thread poster([&] {
    for (int i = 0; i < kMessages; ++i) {
      loop->post([&, i] {
        received.push_back(i);
        if (std::this_thread::get_id() != loop_thread) received.clear();
      });
    }
    loop->post([&] { loop->stop(); });
  });
  loop->run();
  poster.join();
  REQUIRE(received.size() == kMessages);
  CHECK(std::is_sorted(received.begin(), received.end()));
}

TEST_CASE("bytes that last are sent from where they are", "[event]") {
  Network<RealTime> network;
  std::string bytes(64 << 20, 'a');  // more than any socket buffers
  network.connect();
  network.client.at_connected = [&] {
    CHECK_FALSE(network.client.stream->write_lasting(bytes));
    bytes.back() = 'z';  // what was copied would not see it
  };
  network.run_until([&] { return network.client.drained == 1 && network.server.received.size() == bytes.size(); });
  CHECK(network.server.received.back() == 'z');
}

TEST_CASE("a stream may be destroyed with lasting bytes under way", "[event]") {
  Network<RealTime> network;
  network.at_accept = [&] { network.server.stream->pause_reading(); };
  network.connect();
  network.client.at_connected = [&] {
    const auto bytes = std::make_unique<std::string>(64 << 20, 'a');
    CHECK_FALSE(network.client.stream->write_lasting(*bytes));
    network.client.stream.reset();
    network.server.stream->resume_reading();
  };
  network.run_until([&] { return network.server.end.has_value(); });
  CHECK(network.server.received.size() < (64 << 20));
}

TEST_CASE("another thread can stop a loop that waits for nothing", "[event]") {
  const auto loop = make_uv_loop();
  std::thread stopper([&] { loop->stop(); });
  loop->run();
  stopper.join();
}

TEST_CASE("work that was never run is dropped with its loop", "[event]") {
  const auto owned = std::make_shared<int>(1);
  auto loop = make_uv_loop();
  loop->post([owned] { FAIL("ran although the loop never did"); });
  loop.reset();
  CHECK(owned.use_count() == 1);
}

TEST_CASE("the loops of a process share one epoch", "[event]") {
  const auto first = make_uv_loop();
  const auto second = make_uv_loop();
  const TimePoint a = first->now();
  const TimePoint b = second->now();
  const TimePoint c = first->read_clock();
  CHECK(a <= b);
  CHECK(b <= c);
}

TEST_CASE("now() stands still within a callback while read_clock() goes on", "[event]") {
  const auto loop = make_uv_loop();
  loop->post([&] {
    const TimePoint begin = loop->now();
    while (loop->read_clock() < begin + 1ms) {
    }
    CHECK(loop->now() == begin);
    loop->stop();
  });
  loop->run();
}

TEST_CASE("a crowd of timers due together does not share one stale reading", "[event]") {
  const auto loop = make_uv_loop();
  std::vector<std::unique_ptr<Timer>> timers;
  std::vector<TimePoint> readings;
  const TimePoint due = loop->now() + 1ms;
  for (int i = 0; i < 64; ++i) {
    timers.push_back(std::make_unique<Timer>(loop->timers(), [&](TimePoint now) {
      readings.push_back(now);
      const TimePoint begin = loop->read_clock();
      while (loop->read_clock() < begin + 20us) {
      }
      if (readings.size() == 64) loop->stop();
    }));
    timers.back()->start_at(due);
  }
  loop->run();
  CHECK(std::is_sorted(readings.begin(), readings.end()));
  CHECK(readings.back() - readings.front() >= 48 * 20us);  // read anew at least for the last sixteen
}

TEST_CASE("timers are finer than a millisecond", "[event]") {
  const auto loop = make_uv_loop();
  int fired = 0;
  std::optional<Timer> timer;
  const TimePoint begin = loop->now();
  TimePoint last = begin;
  Nanoseconds shortest = 1h;
  timer.emplace(loop->timers(), [&](TimePoint now) {
    shortest = std::min(shortest, now - std::exchange(last, now));
    if (++fired == 100) loop->stop();
    timer->start_at(now + 100us);
  });
  timer->start_at(begin + 100us);
  loop->run();
  const Nanoseconds taken = loop->read_clock() - begin;
  CHECK(taken >= 100 * 100us);
  CHECK(shortest <
        1ms);  // a clock of milliseconds could do none of them in less; on a crowded machine most take longer
}

TEST_CASE("a timer that restarts itself for now does not keep bytes from arriving", "[event]") {
  Network<RealTime> net;
  std::optional<Timer> greedy;
  greedy.emplace(net.loop.timers(), [&](TimePoint now) { greedy->start_at(now); });
  greedy->start_at(net.loop.now());
  net.client.at_connected = [&] { net.client.stream->write("through"); };
  net.connect();
  net.run_until([&] { return net.server.received == "through"; });
}

TEST_CASE("a busy tick is remembered as the longest until it is asked for", "[event]") {
  const auto loop = make_uv_loop();
  loop->post([&] {
    const TimePoint begin = loop->read_clock();
    while (loop->read_clock() < begin + 5ms) {
    }
  });
  Timer end(loop->timers(), [&](TimePoint) { loop->stop(); });
  end.start_at(loop->now() + 10ms);
  loop->run();
  CHECK(loop->take_longest_tick() >= 5ms);
  CHECK(loop->take_longest_tick() == Nanoseconds{});
}

TEST_CASE("connecting without a descriptor to spare is reported as such, after connect() returned", "[event]") {
  Network<RealTime> net;
  {
    const NoDescriptors none;
    net.connect();
  }
  CHECK(net.client.ends == 0);
  CHECK(net.client.stream->write("nowhere"));
  SECTION("once") {
    net.run_until([&] { return net.client.end.has_value(); });
    net.run_for(2ms);
    CHECK(net.client.end == Outcome::descriptors);
    CHECK(net.client.ends == 1);
  }
  SECTION("unless the stream is gone by then") {
    net.client.stream.reset();
    net.run_for(2ms);
    CHECK(net.client.ends == 0);
  }
}

TEST_CASE("a failure that is answered by connecting anew does not keep the loop from its timers", "[event]") {
  Network<RealTime> net;
  const NoDescriptors none;
  net.client.at_end = [&] {
    net.connect();
    net.client.end.reset();
  };
  net.connect();
  net.run_for(5ms);
  CHECK(net.client.ends > 1);
}

TEST_CASE("accepting pauses without descriptors and goes on when there are some, without spinning", "[event]") {
  Network<RealTime> net;
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(net.acceptor->local().port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  {
    const NoDescriptors none;
    ::connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    const Nanoseconds before = thread_cpu();
    net.run_for(120ms);
    CHECK(thread_cpu() - before < 60ms);
    CHECK(net.server.stream == nullptr);
  }
  net.run_until([&] { return net.server.stream != nullptr; });
  ::close(client);
}

TEST_CASE("a signal is heard on the loop", "[event]") {
  const auto loop = make_uv_loop();
  int heard = 0;
  auto watch = watch_signal(*loop, SIGUSR1, [&](int number) {
    heard = number;
    loop->stop();
  });
  loop->post([] { std::raise(SIGUSR1); });
  loop->run();
  CHECK(heard == SIGUSR1);
  watch.reset();
  struct sigaction action {};
  sigaction(SIGUSR1, nullptr, &action);
  CHECK(action.sa_handler == SIG_DFL);
}

TEST_CASE("a signal watch may be destroyed by what it hears", "[event]") {
  const auto loop = make_uv_loop();
  std::unique_ptr<SignalWatch> watch = watch_signal(*loop, SIGUSR1, [&](int) {
    watch.reset();
    loop->stop();
  });
  loop->post([] { std::raise(SIGUSR1); });
  loop->run();
  CHECK(watch == nullptr);
}
