#include "engine/iteration_series.h"

#include <cassert>

namespace thresher::engine {

const metrics::MetricInfo& builtin(std::string_view name) {
  const metrics::MetricInfo* metric = metrics::builtin_metric(name);
  assert(metric != nullptr);
  return *metric;
}

IterationSeries::IterationSeries(metrics::Recorder& recorder, const profile::Plan& plan)
    : recorder_(recorder), keeps_samples_(recorder.keeps_samples()) {
  for (const profile::PlannedScenario& planned : plan.scenarios) {
    const metrics::Tags tags{{"scenario", plan.catalogue[planned.scenario].name}};
    of_.push_back({.iterations = &recorder.counter(builtin("iterations"), tags),
                   .dropped = &recorder.counter(builtin("dropped_iterations"), tags),
                   .duration = &recorder.trend(builtin("iteration_duration"), tags),
                   .response_time = &recorder.trend(builtin("iteration_response_time"), tags),
                   .lateness = &recorder.trend(builtin("iteration_lateness"), tags)});
  }
}

void IterationSeries::ended(std::size_t scenario, TimePoint at, Nanoseconds lateness, Nanoseconds duration,
                            Nanoseconds response_time) {
  const Of& series = of_[scenario];
  series.iterations->add(1);
  series.duration->add(duration);
  series.response_time->add(response_time);
  series.lateness->add(lateness);
  if (!keeps_samples_) return;
  recorder_.note(series.iterations, at, 1);
  recorder_.note(series.duration, at, to_milliseconds(duration));
  recorder_.note(series.response_time, at, to_milliseconds(response_time));
  recorder_.note(series.lateness, at, to_milliseconds(lateness));
}

void IterationSeries::dropped(std::size_t scenario, TimePoint at) {
  of_[scenario].dropped->add(1);
  if (keeps_samples_) recorder_.note(of_[scenario].dropped, at, 1);
}

}  // namespace thresher::engine
