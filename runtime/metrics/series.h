#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/outcome.h"
#include "metrics/histogram.h"

namespace thresher::metrics {

enum class MetricKind : std::uint8_t { counter, gauge, rate, trend };
enum class Contains : std::uint8_t { plain, time, data };  ///< k6's default | time | data

/// What a metric is, whatever its tags. Trends that contain time take milliseconds at the API and keep microseconds;
/// plain trends keep thousandths of their unit, so that both have three digits after the point (and both end at 3.6
/// million).
struct MetricInfo {
  std::string name;
  MetricKind kind = MetricKind::counter;
  Contains contains = Contains::plain;
  bool operator==(const MetricInfo&) const = default;
};

/// k6's metrics and ours (CONVENTIONS, "Metrics"); nullptr for a name that is not built in.
const MetricInfo* builtin_metric(std::string_view name);
const std::vector<MetricInfo>& builtin_metrics();

/// Sorted by key, then value; a key may stand several times (a task's `tag`s), a pair only once.
using Tags = std::vector<std::pair<std::string, std::string>>;
void sort_tags(Tags& tags);                            ///< and drops repeated pairs
bool has_key(const Tags& tags, std::string_view key);  ///< of sorted tags

struct SeriesKey {
  std::string metric;
  Tags tags;
  auto operator<=>(const SeriesKey&) const = default;
};

/// The accumulators of the data plane: what one series gathered since the last snapshot. They live as long as the
/// Recorder that made them and never move, so that a call site resolves its series once and keeps the reference.
struct Counter {
  double sum = 0;
  std::uint64_t count = 0;
  void add(double value) {
    sum += value;
    ++count;
  }
};
struct Gauge {
  double value = 0, min = 0, max = 0;
  std::uint64_t count = 0;
  void set(double v);
};
struct Rate {
  std::uint64_t passes = 0, total = 0;
  void add(bool pass) {
    passes += pass ? 1 : 0;
    ++total;
  }
};
struct Trend {
  static constexpr double kStepsPerUnit =
      1000;  ///< what a histogram's values are divided by to read milliseconds or units

  Histogram histogram;
  void add(Nanoseconds duration) { histogram.record((duration.count() + 500) / 1000); }
  void add_value(double value);  ///< milliseconds, or the metric's own unit; not a number counts as a clamped 0
};

}  // namespace thresher::metrics
