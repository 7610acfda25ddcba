#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "conduct.h"
#include "execution.h"

namespace gateway {

/// What the gateway counts of itself. Its process is imagined: memory grows with what is being worked on and kept, and
/// with what was allocated since the last collection, so that it moves as that of a garbage-collected server does.
class Metrics {
 public:
  /// What only others know, at the moment of the scrape.
  struct Scene {
    std::size_t queue_depth = 0, kept_executions = 0;
    double now_unix_s = 0, uptime_s = 0;
  };

  explicit Metrics(const Conduct& conduct) : conduct_(conduct) {}

  void taken(const Execution& root);  ///< a client's call is accepted
  void started(const Execution& execution);
  void ended(const Execution& execution);
  void refused(const char* reason) { ++backpressure_[reason]; }

  std::size_t sync_in_flight() const { return sync_in_flight_; }
  std::size_t in_flight(const std::string& node) const;

  /// Prometheus' text format 0.0.4. The metrics fault has its way here.
  std::string exposition(const Scene& scene);

 private:
  /// Upper bounds in seconds: the usual ones of Prometheus' client libraries.
  static constexpr std::array<double, 11> kBuckets{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
  struct Histogram {
    std::array<std::uint64_t, kBuckets.size()> at_most{};
    std::uint64_t count = 0;
    double sum = 0;
    void add(double seconds);
  };
  struct Agent {
    std::size_t roots = 0, running = 0;
    std::uint64_t retries = 0;
  };
  std::string written(const Scene& scene) const;
  void write_gateway(std::string& out, const Scene& scene) const;
  void write_process(std::string& out, const Scene& scene) const;

  const Conduct& conduct_;
  std::map<std::string, Agent> agents_;
  std::map<std::string, std::uint64_t> backpressure_{{"concurrency_limit", 0}, {"queue_full", 0}};
  std::map<Status, Histogram> durations_;
  std::size_t sync_in_flight_ = 0;
  std::size_t live_bytes_ = 0;         ///< bodies of what has not ended
  std::uint64_t allocated_bytes_ = 0;  ///< ever
  double work_s_ = 0;
  std::uint64_t running_ = 0;
  std::string frozen_;
};

}  // namespace gateway
