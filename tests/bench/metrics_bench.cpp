// What recording costs a worker per request, and a snapshot per second.

#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "base/random.h"
#include "metrics/recorder.h"
#include "metrics/totals.h"

using namespace thresher;
using namespace thresher::metrics;

namespace {

/// Log-normal-like latencies around 2 ms, made ahead so that only recording is timed.
std::array<std::int64_t, 4096> latencies_us() {
  RandomStream random{1, StreamPurpose::run, 0};
  std::array<std::int64_t, 4096> values{};
  for (auto& value : values) value = static_cast<std::int64_t>(500 + random.exponential(1500));
  return values;
}

RequestKey endpoint(int number) {
  return {"/item/" + std::to_string(number), "GET", "shop", "browse", "", {{"tag", "core"}}};
}

RequestSample answer(std::int64_t latency_us) {
  RequestSample sample;
  sample.status = 200;
  sample.sending = Nanoseconds{9'000};
  sample.waiting = std::chrono::microseconds(latency_us);
  sample.receiving = Nanoseconds{14'000};
  sample.bytes_sent = 120;
  sample.bytes_received = 400;
  sample.proto = "HTTP/1.1";
  return sample;
}

void histogram_record(benchmark::State& state) {
  const auto values = latencies_us();
  Histogram histogram;
  std::size_t i = 0;
  for (auto _ : state) histogram.record(values[i++ % values.size()]);
  benchmark::DoNotOptimize(histogram.count());
}

void request_record(benchmark::State& state) {
  const auto values = latencies_us();
  const auto worker = Recorder::create(0, {});
  RequestSeries& series = worker->request(endpoint(0));
  std::size_t i = 0;
  for (auto _ : state) series.record(answer(values[i++ % values.size()]));
}

/// Every third request fails, so that the last ending used is often the wrong guess.
void request_record_mixed(benchmark::State& state) {
  const auto values = latencies_us();
  const auto worker = Recorder::create(0, {});
  RequestSeries& series = worker->request(endpoint(0));
  std::size_t i = 0;
  for (auto _ : state) {
    RequestSample sample = answer(values[i++ % values.size()]);
    if (i % 3 == 0) sample.status = 503, sample.expected = false;
    series.record(sample);
  }
}

/// What a call site pays that builds its name anew for each request.
void request_resolve(benchmark::State& state) {
  const auto worker = Recorder::create(0, {});
  const RequestKey key = endpoint(0);
  for (auto _ : state) benchmark::DoNotOptimize(&worker->request(key));
}

/// A second of 20,000 requests over as many endpoints as given; only the snapshot is timed.
void take(benchmark::State& state) {
  const auto values = latencies_us();
  const auto worker = Recorder::create(0, {});
  std::vector<RequestSeries*> series;
  for (int i = 0; i < state.range(0); ++i) series.push_back(&worker->request(endpoint(i)));
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t i = 0; i < 20'000; ++i) series[i % series.size()]->record(answer(values[i % values.size()]));
    state.ResumeTiming();
    benchmark::DoNotOptimize(worker->take({}));
  }
}

/// The same second reaching the coordinator.
void merge(benchmark::State& state) {
  const auto values = latencies_us();
  const auto worker = Recorder::create(0, {});
  std::vector<RequestSeries*> series;
  for (int i = 0; i < state.range(0); ++i) series.push_back(&worker->request(endpoint(i)));
  Totals totals;
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t i = 0; i < 20'000; ++i) series[i % series.size()]->record(answer(values[i % values.size()]));
    Delta delta = worker->take({});
    totals.begin_second({}, {});
    state.ResumeTiming();
    totals.add(std::move(delta));
  }
}

BENCHMARK(histogram_record);
BENCHMARK(request_record);
BENCHMARK(request_record_mixed);
BENCHMARK(request_resolve);
BENCHMARK(take)->Arg(20)->Arg(1000)->Unit(benchmark::kMicrosecond);
BENCHMARK(merge)->Arg(20)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
