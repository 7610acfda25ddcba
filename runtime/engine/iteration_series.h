#pragma once

#include <string>
#include <vector>

#include "engine/iteration_runner.h"

namespace thresher::engine {

/// The metrics of iterations, one set of series per planned scenario, resolved once. Worker's thread.
class IterationSeries {
 public:
  IterationSeries(metrics::Recorder& recorder, const profile::Plan& plan);

  /// An iteration that ended by itself, `failed` included. Lateness: handed over - due. Response time: from due.
  void ended(std::size_t scenario, TimePoint at, Nanoseconds lateness, Nanoseconds duration, Nanoseconds response_time);
  void dropped(std::size_t scenario, TimePoint at);

 private:
  struct Of {
    metrics::Counter* iterations;
    metrics::Counter* dropped;
    metrics::Trend* duration;
    metrics::Trend* response_time;
    metrics::Trend* lateness;
  };

  metrics::Recorder& recorder_;
  const bool keeps_samples_;
  std::vector<Of> of_;
};

/// The built-in metric of this name, which must exist.
const metrics::MetricInfo& builtin(std::string_view name);

}  // namespace thresher::engine
