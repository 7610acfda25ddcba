#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cli/nested_options.h"
#include "event/loop.h"

namespace thresher::cli {

/// The samples of a Prometheus text page by series, "gateway_inflight{agent=\"a\"}": their labels as written. Comments,
/// timestamps and lines that are no samples are left out; NaN too.
std::map<std::string, double> parse_prometheus(std::string_view page);

/// One look at the metrics. `problem` says why there is nothing to see.
struct MetricsLook {
  TimePoint at{};
  std::map<std::string, double> series;  ///< of the metrics asked for
  std::string problem;
};

/// What `metrics` of the JSON says of the looks, the first before the load, the last after it. Flat as the public
/// script's: pre, post and delta by metric, a metric's series added up, null for what is not there; besides them peak
/// and `during` of the same form, and `series` with the same figures for every label set, histograms' parts included.
nlohmann::ordered_json metrics_json(const std::string& url, const std::vector<std::string>& names,
                                    const std::vector<MetricsLook>& looks);

/// The metrics asked for, or else memory, heap, goroutines, the depth of the queue and the work in flight.
std::vector<std::string> metric_names(const NestedOptions& options);

/// Looks at a Prometheus endpoint on one loop, whose thread it stays on: once, or every second. A look that is not
/// answered within the options' metrics_timeout counts as a look with a problem; the next comes at the next second.
class MetricsWatch {
 public:
  /// The options have been checked; they name a metrics_url.
  static Result<std::unique_ptr<MetricsWatch>> create(event::Loop& loop, const NestedOptions& options);
  virtual ~MetricsWatch() = default;

  virtual void look(std::function<void()> on_done) = 0;  ///< after a look in progress
  virtual void watch() = 0;                              ///< a look each second, until stop()
  virtual void stop() = 0;                               ///< no further look begins
  virtual const std::vector<MetricsLook>& looks() const = 0;
};

}  // namespace thresher::cli
