#include "engine/worker_books.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <thread>

namespace thresher::engine {

namespace {

constexpr std::int64_t kStalledTimesMedian = 10;
constexpr std::int64_t kStalledLeastUs = 100'000;

Nanoseconds microseconds(std::int64_t us) { return std::chrono::microseconds(us); }

std::uint64_t requests_failed(const metrics::Totals& totals, Outcome outcome) {
  return totals.aggregate("http_req_failed", {{{"error", std::string(name_of(outcome))}}}).rate.total;
}

}  // namespace

void WorkerBooks::load_began(TimePoint at) {
  last_note_ = at;
  for (Latest& worker : latest_) worker.taken = at;
}

void WorkerBooks::note(const WorkerReading& reading) {
  Latest& latest = latest_[reading.worker];
  const Nanoseconds passed = reading.delta.taken - latest.taken;
  const double share = passed > Nanoseconds{} ? to_seconds(reading.cpu - latest.cpu) / to_seconds(passed) : 0;
  latest = {reading.tally, reading.dropped,         reading.abandoned_users,
            reading.cpu,   reading.user_iterations, reading.delta.taken,
            share};
}

std::vector<WorkerState> WorkerBooks::workers(const std::vector<std::uint64_t>& late) const {
  std::vector<WorkerState> states;
  for (std::size_t i = 0; i < latest_.size(); ++i)
    states.push_back({latest_[i].tally.alive, latest_[i].tally.in_flight, latest_[i].cpu_share, late[i]});
  return states;
}

void WorkerBooks::second_passed(TimePoint now) {
  user_seconds_ += to_seconds(now - last_note_) * static_cast<double>(sums().users);
  last_note_ = now;
}

WorkerBooks::Sums WorkerBooks::sums() const {
  Sums sums;
  if (earlier_ != nullptr) sums.work = earlier_->work;
  sums.work.user_seconds = user_seconds_;
  for (const Latest& worker : latest_) {
    sums.users += worker.tally.alive;
    sums.in_flight += worker.tally.in_flight;
    sums.abandoned += worker.abandoned;
    sums.work.ended += worker.tally.ended;
    sums.work.interrupted += worker.tally.interrupted;
    sums.work.dropped += worker.dropped.all;
    sums.work.cap_hits += worker.dropped.by_cap;
    sums.work.handled += worker.tally.handled;
    sums.work.performed += worker.tally.performed;
  }
  return sums;
}

Nanoseconds WorkerBooks::earlier_cpu(std::size_t worker) const {
  return earlier_ != nullptr && worker < earlier_->worker_cpu.size() ? earlier_->worker_cpu[worker] : Nanoseconds{};
}

void WorkerBooks::note_in(Progress& progress) const {
  const Sums sums = this->sums();
  progress.work = sums.work;
  progress.work.interrupted += sums.in_flight;
  for (std::size_t i = 0; i < latest_.size(); ++i) {
    progress.worker_cpu.push_back(latest_[i].cpu + earlier_cpu(i));
    const std::vector<std::uint32_t>& iterations = latest_[i].user_iterations;
    for (std::size_t index = 0; index < iterations.size(); ++index) {
      const std::size_t user = index * latest_.size() + i;  // user numbers alternate between workers
      if (progress.user_iterations.size() <= user) progress.user_iterations.resize(user + 1);
      progress.user_iterations[user] = iterations[index];
    }
  }
}

ValidityInput WorkerBooks::validity_input(const metrics::Totals& totals, Nanoseconds elapsed,
                                          Nanoseconds process_cpu) const {
  const Sums sums = this->sums();
  const double elapsed_s = to_seconds(elapsed);
  ValidityInput input;
  input.elapsed = elapsed;
  const metrics::Histogram lag = totals.aggregate("loop_lag").trend;
  input.loop_lag_p99 = microseconds(lag.value_at_percentile(99));
  input.loop_lag_max = microseconds(lag.max());
  const metrics::Histogram lateness = totals.aggregate("iteration_lateness").trend;
  input.lateness_p50 = microseconds(lateness.value_at_percentile(50));
  input.lateness_p99 = microseconds(lateness.value_at_percentile(99));
  input.response_p50 = microseconds(totals.aggregate("iteration_response_time").trend.value_at_percentile(50));
  input.iterations = sums.work.ended;
  input.dropped = sums.work.dropped;
  input.in_flight_cap_hits = sums.work.cap_hits;
  input.abandoned_users = sums.abandoned;
  input.users = sums.users;
  input.descriptor_failures = requests_failed(totals, Outcome::descriptors);
  input.port_failures = requests_failed(totals, Outcome::ports);
  input.overflowed_series = totals.overflowed_series();
  if (elapsed_s <= 0) return input;
  input.littles_law_users_measured = to_seconds(sums.work.handled) / elapsed_s;
  input.littles_law_users_derived = to_seconds(sums.work.performed) / elapsed_s;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());  // those this process may run on
  input.process_cpu_share = to_seconds(process_cpu) / elapsed_s / cores;
  for (std::size_t i = 0; i < latest_.size(); ++i)
    input.worker_cpu_share.push_back(to_seconds(latest_[i].cpu + earlier_cpu(i)) / elapsed_s);
  return input;
}

void WorkerBooks::add_stall(const metrics::Totals& totals, ValidityInput& input) const {
  if (input.open_model) return;
  std::map<std::pair<std::string, std::string>, metrics::Histogram> kinds;
  for (auto at = totals.series().lower_bound({"http_req_duration", {}}); at != totals.series().end(); ++at) {
    if (at->first.metric != "http_req_duration") break;
    const metrics::Series& series = at->second;
    kinds[{std::string(series.tag("name")), std::string(series.tag("method"))}].merge(series.trend);
  }
  double stalled_s = 0;
  for (const auto& [kind, durations] : kinds) {
    input.requests += durations.count();
    const std::int64_t median = durations.value_at_percentile(50);
    const std::int64_t limit = std::max(kStalledLeastUs, kStalledTimesMedian * median);
    for (const metrics::Histogram::Bucket& bucket : durations.buckets()) {
      if (bucket.lowest <= limit) continue;
      input.requests_stalled += bucket.count;
      const auto mean = static_cast<double>(bucket.lowest + bucket.highest) / 2;
      stalled_s += static_cast<double>(bucket.count) * (mean - static_cast<double>(median)) / 1e6;
    }
  }
  input.stalled_total = std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(stalled_s));
  // A user's cycle, thinking included, while nothing stalled it: what the stalled time would have been used for.
  const double flowing_s = user_seconds_ - stalled_s;
  if (flowing_s <= 0 || input.requests == 0) return;
  const double cycle_s = flowing_s / static_cast<double>(input.requests);
  input.requests_not_sent = static_cast<std::uint64_t>(std::llround(stalled_s / cycle_s));
}

}  // namespace thresher::engine
