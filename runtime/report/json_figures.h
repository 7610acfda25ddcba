#pragma once

#include "engine/run.h"
#include "report/json_number.h"
#include "report/run_description.h"
#include "report/second_series.h"

namespace thresher::report {

/// The parts of --json, each pure.
Json json_plan(const profile::Plan& plan);
Json json_iterations(const metrics::Totals& totals, Nanoseconds elapsed);
Json json_requests(const metrics::Totals& totals, Nanoseconds elapsed);  ///< an array; the last is Aggregated
Json json_checks(const metrics::Totals& totals);
Json json_thresholds(const std::vector<metrics::ThresholdVerdict>& verdicts);
Json json_failures(const metrics::Totals& totals);
Json json_exceptions(const metrics::Totals& totals);
Json json_metrics(const metrics::Totals& totals, Nanoseconds elapsed);
Json json_validity(const engine::Validity& validity);
Json json_seconds(const SecondSeries& seconds);
Json json_judgement(const Judgement& judgement);

}  // namespace thresher::report
