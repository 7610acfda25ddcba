#pragma once

#include <string>

#include "metrics/threshold.h"
#include "report/number_text.h"

namespace thresher::report {

/// "http_req_duration{tag:health} p(95)<500".
std::string threshold_name(const metrics::Threshold& threshold);

/// What was observed, with its unit: "612 ms", "1.50%", "98.2/s", "no data"; for windows also how many of them failed.
std::string threshold_observed(const metrics::ThresholdVerdict& verdict, const metrics::Totals& totals,
                               TimeUnit unit = TimeUnit::automatic);

}  // namespace thresher::report
