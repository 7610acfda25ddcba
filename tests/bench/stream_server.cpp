// A server of event streams whose gaps are known, to hold reported gaps against.
//
//   bench_stream_server PORT MEAN_GAP_MS     every request: server-sent events without end
//
// The gaps of a stream run through a fixed cycle of 1,000 values between half and one and a half of the mean, from a
// point of its own. Timers and a busy loop move them a little: at SIGTERM it prints "p50 p99 p99.9" of the gaps between
// its own writes, in milliseconds, and the number of events.
#include <fmt/format.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "event/uv_loop.h"
#include "http/server.h"
#include "metrics/histogram.h"

namespace {

using thresher::Nanoseconds;
using thresher::TimePoint;
using namespace std::chrono_literals;

struct Books {
  thresher::event::Loop& loop;
  const double mean_gap_ms;
  thresher::metrics::Histogram gaps;  // microseconds
  std::uint64_t streams = 0, events = 0;
};

/// One client's stream; deletes itself when the client has gone.
class Stream {
 public:
  Stream(Books& books, std::unique_ptr<thresher::http::Responder> responder)
      : books_(books), phase_(books.streams++ * 619), responder_(std::move(responder)) {
    responder_->begin_stream(200, "Content-Type: text/event-stream\r\n");
    responder_->on_gone([this] { delete this; });
    due_ = books_.loop.now();
    timer_.start_at(due_ += gap());
  }

 private:
  // 387 and 1000 share no factor, so the cycle visits each of the thousand values once, well mixed.
  Nanoseconds gap() {
    const double share = 0.5 + (static_cast<double>((phase_ + 387 * sent_) % 1000) + 0.5) / 1000;
    return Nanoseconds(std::llround(books_.mean_gap_ms * share * 1e6));
  }

  void send() {
    responder_->write_chunk("data: {\"choices\":[{\"delta\":{\"content\":\"token\"}}]}\n\n");
    const TimePoint now = books_.loop.read_clock();
    if (sent_++ > 0) books_.gaps.record((now - last_) / 1us);
    last_ = now;
    ++books_.events;
    timer_.start_at(due_ += gap());
  }

  Books& books_;
  const std::uint64_t phase_;
  std::unique_ptr<thresher::http::Responder> responder_;
  thresher::event::Timer timer_{books_.loop.timers(), [this](TimePoint) { send(); }};
  TimePoint due_{}, last_{};
  std::uint64_t sent_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_stream_server PORT MEAN_GAP_MS\n", stderr);
    return 2;
  }
  const auto loop = thresher::event::make_uv_loop();
  Books books{.loop = *loop, .mean_gap_ms = std::atof(argv[2]), .gaps = {}};
  const auto server = thresher::http::Server::create(
      *loop, [&books](const thresher::http::ServerRequest&, std::unique_ptr<thresher::http::Responder> responder) {
        new Stream(books, std::move(responder));
      });
  const auto bound = server->listen(thresher::event::Address::loopback(static_cast<std::uint16_t>(std::atoi(argv[1]))),
                                    {.backlog = 4096});
  if (!bound) {
    fmt::print(stderr, "{}\n", to_text(bound.error()));
    return 1;
  }
  fmt::print("{}\n", bound->text());
  std::fflush(stdout);
  const auto terminated = thresher::event::watch_signal(*loop, SIGTERM, [&loop](int) { loop->stop(); });
  loop->run();
  const auto ms = [&books](double percentile) {
    return static_cast<double>(books.gaps.value_at_percentile(percentile)) / 1000;
  };
  fmt::print("{} {} {} {}\n", ms(50), ms(99), ms(99.9), books.events);
  std::fflush(stdout);
  std::_Exit(0);  // thousands of streams are open, and nobody waits for their orderly end
}
