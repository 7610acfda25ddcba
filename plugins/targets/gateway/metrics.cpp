#include "metrics.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <string_view>

namespace gateway {
namespace {

// An idle server of this kind, and what each thing adds to it: round figures in the range of a small Go service.
constexpr double kIdleHeapBytes = 24e6, kOutsideHeapBytes = 22e6;
constexpr double kBytesPerExecution = 1800, kBytesPerRunning = 48e3, kCollectEveryBytes = 16e6;
constexpr double kBytesPerCall = 24e3;  ///< allocated for a call whatever its size
constexpr double kCopiesOfABody = 3;    ///< read, decoded, stored
constexpr int kIdleGoroutines = 31, kGoroutinesPerRunning = 3;

const char* label_of(Status status) {
  switch (status) {
    case Status::succeeded:
      return "succeeded";
    case Status::failed:
      return "failed";
    case Status::cancelled:
      return "cancelled";
    case Status::timeout:
      return "timeout";
    case Status::queued:
    case Status::running:
    case Status::unknown:
      break;
  }
  return "unknown";
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void single(std::string& out, std::string_view name, std::string_view type, std::string_view help, double value) {
  head(out, name, type, help);
  fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
}

/// A label's value: backslash, quote and newline are escaped.
std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

}  // namespace

void Metrics::Histogram::add(double seconds) {
  for (std::size_t i = 0; i < kBuckets.size(); ++i) at_most[i] += seconds <= kBuckets[i] ? 1 : 0;
  ++count;
  sum += seconds;
}

void Metrics::taken(const Execution& root) {
  const std::size_t body_bytes = root.call->body_bytes;
  ++agents_[root.call->node->id].roots;
  if (root.call->sync) ++sync_in_flight_;
  live_bytes_ += body_bytes;
  allocated_bytes_ += static_cast<std::uint64_t>(kBytesPerCall + kCopiesOfABody * static_cast<double>(body_bytes));
}

void Metrics::started(const Execution& execution) {
  ++agents_[execution.call->node->id].running;
  ++running_;
  allocated_bytes_ += static_cast<std::uint64_t>(kBytesPerCall);
}

void Metrics::ended(const Execution& execution) {
  Agent& agent = agents_[execution.call->node->id];
  if (execution.started != kNever) {
    --agent.running;
    --running_;
    const double seconds = std::chrono::duration<double>(execution.ended - execution.started).count();
    durations_[execution.outcome].add(seconds);
    work_s_ += 0.002 + 0.01 * static_cast<double>(execution.call->body_bytes) / (1 << 20);
    if (execution.plan.lasts != kNever) agent.retries += execution.plan.retries;
  }
  if (!execution.client_call) return;
  --agent.roots;
  if (execution.call->sync) --sync_in_flight_;
  live_bytes_ -= execution.call->body_bytes;
}

std::size_t Metrics::in_flight(const std::string& node) const {
  const auto known = agents_.find(node);
  return known == agents_.end() ? 0 : known->second.roots;
}

std::string Metrics::exposition(const Scene& scene) {
  if (conduct_.metrics_fault != MetricsFault::frozen) return written(scene);
  if (frozen_.empty()) frozen_ = written(scene);
  return frozen_;
}

std::string Metrics::written(const Scene& scene) const {
  std::string out;
  if (conduct_.metrics_fault != MetricsFault::missing) write_gateway(out, scene);
  write_process(out, scene);
  return out;
}

void Metrics::write_gateway(std::string& out, const Scene& scene) const {
  const auto at = std::back_inserter(out);
  const auto named = [&](std::string_view name) { return conduct_.dialect.metrics_prefix + std::string(name); };
  const MetricsFault fault = conduct_.metrics_fault;
  // With the fault a counter is 0 every other ten seconds, as that of a process that restarts.
  const auto counted = [&](std::uint64_t value) {
    return fault == MetricsFault::counters_reset && std::fmod(scene.uptime_s, 20) >= 10 ? 0 : value;
  };
  single(out, named("gateway_queue_depth"), "gauge", "Asynchronous executions that wait for a worker.",
         fault == MetricsFault::zero_queue ? 0.0 : static_cast<double>(scene.queue_depth));
  std::string name = named("worker_inflight");
  head(out, name, "gauge", "Executions that run, by agent.");
  for (const auto& [agent, figures] : agents_)
    fmt::format_to(at, "{}{{agent=\"{}\"}} {}\n", name, label_value(agent), figures.running);
  name = named("step_duration_seconds");
  head(out, name, "histogram", "How long executions ran, by how they ended.");
  for (const auto& [status, histogram] : durations_) {
    for (std::size_t i = 0; i < kBuckets.size(); ++i)
      fmt::format_to(at, "{}_bucket{{status=\"{}\",le=\"{}\"}} {}\n", name, label_of(status), kBuckets[i],
                     counted(histogram.at_most[i]));
    fmt::format_to(at, "{0}_bucket{{status=\"{1}\",le=\"+Inf\"}} {2}\n{0}_sum{{status=\"{1}\"}} {3}\n", name,
                   label_of(status), counted(histogram.count), histogram.sum);
    fmt::format_to(at, "{}_count{{status=\"{}\"}} {}\n", name, label_of(status), counted(histogram.count));
  }
  name = named("step_retries_total");
  head(out, name, "counter", "Attempts after the first, by agent.");
  for (const auto& [agent, figures] : agents_)
    fmt::format_to(at, "{}{{agent=\"{}\"}} {}\n", name, label_value(agent), counted(figures.retries));
  single(out, named("waiters_inflight"), "gauge", "Synchronous callers that wait.",
         static_cast<double>(sync_in_flight_));
  name = named("gateway_backpressure_total");
  head(out, name, "counter", "Calls that were refused, by reason.");
  for (const auto& [reason, count] : backpressure_)
    fmt::format_to(at, "{}{{reason=\"{}\"}} {}\n", name, reason,
                   fault == MetricsFault::zero_backpressure ? 0 : counted(count));
}

void Metrics::write_process(std::string& out, const Scene& scene) const {
  const double running = static_cast<double>(running_);
  const double live = kIdleHeapBytes + static_cast<double>(live_bytes_) +
                      kBytesPerExecution * static_cast<double>(scene.kept_executions) + kBytesPerRunning * running;
  const double garbage = std::fmod(static_cast<double>(allocated_bytes_) + 9.1e3 * scene.uptime_s, kCollectEveryBytes);
  const double heap = std::round(live + garbage);
  single(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
         4096 * std::round((live + kCollectEveryBytes + kOutsideHeapBytes) / 4096));
  single(out, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
         std::round(100 * (0.31 + 0.004 * scene.uptime_s + work_s_)) / 100);
  single(out, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.",
         std::round(100 * (scene.now_unix_s - scene.uptime_s)) / 100);
  single(out, "go_memstats_heap_alloc_bytes", "gauge", "Number of heap bytes allocated and still in use.", heap);
  single(out, "go_memstats_alloc_bytes_total", "counter", "Total number of bytes allocated, even if freed.",
         static_cast<double>(allocated_bytes_));
  single(out, "go_goroutines", "gauge", "Number of goroutines that currently exist.",
         kIdleGoroutines + static_cast<double>(conduct_.capacity.workers) + kGoroutinesPerRunning * running);
}

}  // namespace gateway
