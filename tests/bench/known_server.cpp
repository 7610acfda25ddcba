// A server whose latency is known, to hold reported percentiles against.
//
//   bench_known_server PORT freeze              answers at once, but stands still for 1 s in every 5 s
//   bench_known_server PORT constant MS         every answer after MS
//   bench_known_server PORT uniform LOW HIGH    evenly between, in a fixed cycle of 1,000 values
//   bench_known_server PORT bimodal FAST SLOW   one answer in twenty after SLOW, the others after FAST
//
// A cycle and no random draw: the true percentiles then follow from the arguments alone. What the server adds to them
// itself, by a timer's wake-up or a busy loop, it measures: at SIGTERM it prints "p50 p99 p99.9" in milliseconds, from
// a request's arrival in its loop until its answer is handed to the system.
#include <fmt/format.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "event/uv_loop.h"
#include "http/server.h"
#include "metrics/histogram.h"

namespace {

using thresher::Nanoseconds;
using thresher::TimePoint;
using namespace std::chrono_literals;

struct Answer {
  std::unique_ptr<thresher::http::Responder> responder;
  std::unique_ptr<thresher::event::Timer> timer;
};

Nanoseconds from_ms(double ms) { return Nanoseconds(std::llround(ms * 1e6)); }

/// How long answer number n takes.
class Latency {
 public:
  Latency(std::string kind, double a, double b) : kind_(std::move(kind)), a_(a), b_(b) {}

  Nanoseconds of(std::uint64_t n) const {
    if (kind_ == "constant") return from_ms(a_);
    // 387 and 1000 share no factor, so the cycle visits each of the thousand values once, well mixed.
    if (kind_ == "uniform") return from_ms(a_ + (b_ - a_) * (static_cast<double>(n * 387 % 1000) + 0.5) / 1000.0);
    if (kind_ == "bimodal") return from_ms(n % 20 == 7 ? b_ : a_);
    return Nanoseconds::zero();
  }

 private:
  std::string kind_;
  double a_, b_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: bench_known_server PORT freeze|constant|uniform|bimodal [MS [MS]]\n", stderr);
    return 2;
  }
  const std::string kind = argv[2];
  const Latency latency(kind, argc > 3 ? std::atof(argv[3]) : 0, argc > 4 ? std::atof(argv[4]) : 0);
  const auto loop = thresher::event::make_uv_loop();
  std::uint64_t requests = 0;
  thresher::metrics::Histogram spent;  // microseconds

  const auto server = thresher::http::Server::create(
      *loop, [&](const thresher::http::ServerRequest&, std::unique_ptr<thresher::http::Responder> responder) {
        const Nanoseconds after = latency.of(requests++);
        if (after <= Nanoseconds::zero()) return responder->respond(200, {}, "ok");
        auto* answer = new Answer{std::move(responder), nullptr};  // deletes itself when it has answered
        const TimePoint arrived = loop->now();
        answer->timer =
            std::make_unique<thresher::event::Timer>(loop->timers(), [&loop, &spent, arrived, answer](TimePoint) {
              answer->responder->respond(200, {}, "ok");
              spent.record((loop->read_clock() - arrived) / 1us);
              delete answer;
            });
        answer->timer->start_at(loop->now() + after);
      });
  const auto bound = server->listen(thresher::event::Address::loopback(static_cast<std::uint16_t>(std::atoi(argv[1]))),
                                    {.backlog = 4096});  // a freeze fills it
  if (!bound) {
    fmt::print(stderr, "{}\n", to_text(bound.error()));
    return 1;
  }

  // The whole thread stands still, as a collector's pause or a swapped-out process would.
  std::unique_ptr<thresher::event::Timer> freeze;
  freeze = std::make_unique<thresher::event::Timer>(loop->timers(), [&](TimePoint now) {
    std::this_thread::sleep_for(1s);
    freeze->start_at(now + 5s);
  });
  if (kind == "freeze") freeze->start_at(loop->read_clock() + 4s);

  fmt::print("{}\n", bound->text());
  std::fflush(stdout);
  const auto terminated = thresher::event::watch_signal(*loop, SIGTERM, [&loop](int) { loop->stop(); });
  loop->run();
  const auto ms = [&spent](double percentile) {
    return static_cast<double>(spent.value_at_percentile(percentile)) / 1000;
  };
  fmt::print("{} {} {}\n", ms(50), ms(99), ms(99.9));
}
