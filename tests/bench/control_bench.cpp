// What it costs a run to be watched: the digest of a second, and handing it to those who watch.

#include <benchmark/benchmark.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "control/server.h"
#include "metrics/recorder.h"
#include "report/live_digest.h"

using namespace thresher;

namespace {

/// A run in which every endpoint answers all the time.
class BusyRun {
 public:
  explicit BusyRun(int endpoints) {
    plan_.users = 100;
    plan_.stages = {{std::chrono::seconds(0), 100}, {std::chrono::hours(1), 100}};
    description_.plan = &plan_;
    for (int i = 0; i < endpoints; ++i)
      series_.push_back(&recorder_->request(
          {"/item/" + std::to_string(i), "GET", "shop", "browse", "", {{"tag", "core"}, {"tag", "shop"}}}));
    snapshot_.phase = engine::Phase::running;
    snapshot_.totals = &totals_;
    snapshot_.thresholds = &thresholds_;
    snapshot_.workers.resize(2);
  }

  const report::RunDescription& description() const { return description_; }
  const engine::Snapshot& snapshot() const { return snapshot_; }

  void pass_second() {
    constexpr int kRequests = 20'000;
    for (int i = 0; i < kRequests; ++i) {
      metrics::RequestSample sample;
      sample.status = random_.uniform() < 0.01 ? 503 : 200;
      sample.expected = sample.status == 200;
      sample.waiting = std::chrono::microseconds(static_cast<std::int64_t>(500 + random_.exponential(5000)));
      sample.bytes_received = 400;
      series_[static_cast<std::size_t>(i) % series_.size()]->record(sample);
    }
    snapshot_.elapsed += std::chrono::seconds(1);
    totals_.begin_second(TimePoint{} + snapshot_.elapsed, WallTime{} + snapshot_.elapsed);
    totals_.add(recorder_->take(TimePoint{} + snapshot_.elapsed));
  }

 private:
  RandomStream random_{1, StreamPurpose::run, 0};
  profile::Plan plan_;
  report::RunDescription description_;
  std::unique_ptr<metrics::Recorder> recorder_ = metrics::Recorder::create(0, {});
  std::vector<metrics::RequestSeries*> series_;
  metrics::Totals totals_;
  std::vector<metrics::ThresholdVerdict> thresholds_;
  engine::Snapshot snapshot_;
};

/// What is paid every second of a run that nobody watches.
void point(benchmark::State& state) {
  BusyRun run(static_cast<int>(state.range(0)));
  report::LiveDigest digest(run.description());
  for (auto _ : state) {
    state.PauseTiming();
    run.pass_second();
    state.ResumeTiming();
    digest.second_passed(run.snapshot());
  }
}

void digest(benchmark::State& state) {
  BusyRun run(static_cast<int>(state.range(0)));
  report::LiveDigest digest(run.description());
  std::size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    run.pass_second();
    digest.second_passed(run.snapshot());
    state.ResumeTiming();
    bytes = digest.text(run.snapshot()).size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}

double seconds_of(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double cpu_of(clockid_t clock) {
  timespec used{};
  clock_gettime(clock, &used);
  return seconds_of(used);
}

/// Those who watch, on a thread of their own that reads all they are told.
class Watchers {
 public:
  Watchers(const std::string& path, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      path.copy(address.sun_path, sizeof(address.sun_path) - 1);
      const std::string_view watch = "{\"ask\":1,\"do\":\"watch\"}\n";
      if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
          ::write(descriptor, watch.data(), watch.size()) != static_cast<ssize_t>(watch.size()))
        throw std::runtime_error("cannot watch");
      sockets_.push_back({descriptor, POLLIN, 0});
    }
    reader_ = std::thread([this] { read(); });
  }
  ~Watchers() {
    going_ = true;
    reader_.join();
    for (const pollfd& socket : sockets_) ::close(socket.fd);
  }
  /// Until all of them have had so many lines each.
  void wait_for(std::size_t lines) {
    std::unique_lock lock(mutex_);
    more_.wait(lock, [&] { return lines_ >= lines * sockets_.size(); });
  }
  double cpu() const { return cpu_; }

 private:
  void read() {
    std::vector<char> buffer(1 << 20);
    while (!going_) {
      constexpr int kLookMs = 20;
      if (::poll(sockets_.data(), sockets_.size(), kLookMs) <= 0) continue;
      std::size_t lines = 0;
      for (const pollfd& socket : sockets_) {
        if (socket.revents == 0) continue;
        const ssize_t size = ::read(socket.fd, buffer.data(), buffer.size());
        lines += static_cast<std::size_t>(std::count(buffer.data(), buffer.data() + std::max<ssize_t>(size, 0), '\n'));
      }
      cpu_ = cpu_of(CLOCK_THREAD_CPUTIME_ID);
      const std::lock_guard lock(mutex_);
      lines_ += lines;
      more_.notify_all();
    }
  }

  std::vector<pollfd> sockets_;
  std::atomic<bool> going_{false};
  std::atomic<double> cpu_{0};
  std::mutex mutex_;
  std::condition_variable more_;
  std::size_t lines_ = 0;
  std::thread reader_;
};

/// One second of a run of 500 endpoints handed to the server and, by it, to those who watch. `run_us`: of the
/// coordinator's thread; `server_us`: of the server's.
void hand_over(benchmark::State& state) {
  BusyRun run(500);
  report::LiveDigest digest(run.description());
  run.pass_second();
  digest.second_passed(run.snapshot());
  const std::string text = digest.text(run.snapshot()), point = digest.point();
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("thresher-bench-" + std::to_string(::getpid()) + ".sock");
  auto server = control::Server::start(path, [](const auto&, const auto& done) { done(std::string()); });
  if (!server) return state.SkipWithError(server.error().message.c_str());
  const auto count = static_cast<std::size_t>(state.range(0));
  Watchers watchers(path, count);
  std::size_t told = 2;  // the answer and `begin`
  watchers.wait_for(told);
  double handing = 0;
  const double process = cpu_of(CLOCK_PROCESS_CPUTIME_ID), own = cpu_of(CLOCK_THREAD_CPUTIME_ID),
               reading = watchers.cpu();
  for (auto _ : state) {
    const double before = cpu_of(CLOCK_THREAD_CPUTIME_ID);
    (*server)->second(count > 0 ? text : std::string(), point);
    handing += cpu_of(CLOCK_THREAD_CPUTIME_ID) - before;
    watchers.wait_for(++told);
  }
  const double spent =
      cpu_of(CLOCK_PROCESS_CPUTIME_ID) - process - (cpu_of(CLOCK_THREAD_CPUTIME_ID) - own) - (watchers.cpu() - reading);
  const auto seconds = static_cast<double>(state.iterations());
  state.counters["run_us"] = handing * 1e6 / seconds;
  state.counters["server_us"] = spent * 1e6 / seconds;
}

}  // namespace

BENCHMARK(point)->Arg(10)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK(digest)->Arg(10)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK(hand_over)->Arg(0)->Arg(1)->Arg(50)->Unit(benchmark::kMicrosecond)->Iterations(200);
BENCHMARK_MAIN();
