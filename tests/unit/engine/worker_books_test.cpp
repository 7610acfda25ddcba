#include "engine/worker_books.h"

#include <catch2/catch.hpp>

using namespace thresher;
using namespace thresher::engine;
using namespace std::chrono_literals;

namespace {

/// Totals of requests as a worker would record them.
class Requests {
 public:
  void add(const std::string& name, Nanoseconds waiting, int times, Outcome outcome = Outcome::ok) {
    metrics::RequestSeries& series =
        recorder_->request({.name = name, .method = "GET", .scenario = "s", .task = "t", .group = "", .tags = {}});
    metrics::RequestSample sample;
    sample.outcome = outcome;
    sample.status = outcome == Outcome::ok ? 200 : 0;
    sample.expected = outcome == Outcome::ok;
    sample.waiting = waiting;
    for (int i = 0; i < times; ++i) series.record(sample);
  }
  metrics::Totals totals() {
    metrics::Totals totals;
    totals.begin_second({}, {});
    totals.add(recorder_->take({}));
    return totals;
  }

 private:
  std::unique_ptr<metrics::Recorder> recorder_ = metrics::Recorder::create(0, {});
};

WorkerReading reading_of(unsigned worker, std::uint64_t users) {
  WorkerReading reading;
  reading.worker = worker;
  reading.tally.alive = users;
  return reading;
}

}  // namespace

TEST_CASE("readings of workers add up", "[unit][engine]") {
  WorkerBooks books{2};
  WorkerReading reading = reading_of(0, 3);
  reading.tally.ended = 60;
  reading.tally.handled = 30s;
  reading.tally.performed = 20s;
  reading.dropped = {5, 4};
  reading.cpu = 5s;
  books.note(reading);
  reading.worker = 1;
  reading.cpu = 2s;
  books.note(reading);
  books.note(reading);  // a reading replaces the one before
  const ValidityInput input = books.validity_input(Requests{}.totals(), 10s, 0s);
  CHECK(input.users == 6);
  CHECK(input.iterations == 120);
  CHECK(input.dropped == 10);
  CHECK(input.in_flight_cap_hits == 8);
  CHECK(input.littles_law_users_measured == Approx(6));
  CHECK(input.littles_law_users_derived == Approx(4));
  CHECK(input.worker_cpu_share == std::vector<double>{0.5, 0.2});
}

TEST_CASE("each worker's state is that of its latest reading, its CPU share that of the time since the one before",
          "[unit][engine]") {
  WorkerBooks books{2};
  books.load_began(TimePoint{} + 100s);
  CHECK(books.workers({0, 0})[0].cpu_share == 0);
  WorkerReading reading = reading_of(1, 3);
  reading.tally.in_flight = 2;
  reading.cpu = 250ms;
  reading.delta.taken = TimePoint{} + 101s;
  books.note(reading);
  CHECK(books.workers({0, 0})[1].cpu_share == Approx(0.25));
  reading.cpu = 1750ms;
  reading.delta.taken = TimePoint{} + 103s;  // it was late by a second
  books.note(reading);
  const std::vector<WorkerState> workers = books.workers({0, 1});
  REQUIRE(workers.size() == 2);
  CHECK(workers[0].users == 0);
  CHECK(workers[1].users == 3);
  CHECK(workers[1].in_flight == 2);
  CHECK(workers[1].cpu_share == Approx(0.75));
  CHECK(workers[1].late_seconds == 1);
}

TEST_CASE("requests that found no descriptor or port are the generator's failures", "[unit][engine]") {
  Requests requests;
  requests.add("/x", 1ms, 3, Outcome::descriptors);
  requests.add("/x", 1ms, 2, Outcome::ports);
  requests.add("/x", 1ms, 9, Outcome::timeout);
  const ValidityInput input = WorkerBooks{1}.validity_input(requests.totals(), 10s, 0s);
  CHECK(input.descriptor_failures == 3);
  CHECK(input.port_failures == 2);
}

TEST_CASE("a target frozen one second in five leaves out what fifty users would have sent", "[unit][engine]") {
  // 50 users without think time, 1 ms a request: in 5 s they send 4 s x 50 / 1 ms, and 50 requests take the second.
  Requests requests;
  requests.add("/x", 1ms, 200'000);
  requests.add("/x", 1s, 50);
  WorkerBooks books{1};
  books.load_began(TimePoint{});
  books.note(reading_of(0, 50));
  books.second_passed(TimePoint{} + 5s);
  ValidityInput input;
  books.add_stall(requests.totals(), input);
  CHECK(input.requests == 200'050);
  CHECK(input.requests_stalled == 50);
  CHECK(to_seconds(input.stalled_total) == Approx(50).epsilon(0.01));
  CHECK(static_cast<double>(input.requests_not_sent) == Approx(50'000).epsilon(0.01));
}

TEST_CASE("a slow kind of request is no stall, and neither is a slow moment below a tenth of a second",
          "[unit][engine]") {
  Requests requests;
  requests.add("/health", 1ms, 1000);
  requests.add("/health", 90ms, 10);
  requests.add("/chat", 2s, 100);
  ValidityInput input;
  WorkerBooks{1}.add_stall(requests.totals(), input);
  CHECK(input.requests_stalled == 0);
  CHECK(input.requests_not_sent == 0);
}

TEST_CASE("timeouts among quick answers are a stall", "[unit][engine]") {
  Requests requests;
  requests.add("/x", 5ms, 1000);
  requests.add("/x", 10s, 3, Outcome::timeout);
  WorkerBooks books{1};
  books.note(reading_of(0, 1));
  books.second_passed(TimePoint{} + 60s);
  ValidityInput input;
  books.add_stall(requests.totals(), input);
  CHECK(input.requests_stalled == 3);
}

TEST_CASE("the open model has no stalled users", "[unit][engine]") {
  Requests requests;
  requests.add("/x", 1ms, 1000);
  requests.add("/x", 1s, 50);
  ValidityInput input;
  input.open_model = true;
  WorkerBooks{1}.add_stall(requests.totals(), input);
  CHECK(input.requests_stalled == 0);
}
