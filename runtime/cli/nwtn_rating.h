#pragma once

#include <string_view>

#include "cli/nwtn_figures.h"

namespace thresher::cli {

/// What a stress test is held to. The defaults are the NWTN document's Phase 1.
struct NwtnRequirements {
  std::uint64_t users = 1000;
  double latency_ms = 2000;    ///< the 95th percentile stays below it; the average below half of it
  double success_rate = 0.95;  ///< at least
  double average_ms() const { return latency_ms / 2; }
};

/// The document's assertions, one by one. A test without sessions meets none of them.
struct NwtnCompliance {
  bool latency = false;      ///< p95
  bool average = false;      ///< average latency
  bool concurrency = false;  ///< all users were alive at once
  bool ramp_up = false;      ///< and they were when the ramp was over
  bool success_rate = false;
  bool stability = false;  ///< the circuit breaker never opened
  bool overall() const { return latency && average && concurrency && ramp_up && success_rate && stability; }
};
NwtnCompliance judge(const NwtnFigures& figures, const NwtnRequirements& requirements);

enum class NwtnRating : std::uint8_t { excellent, good, needs_improvement, poor };
std::string_view name_of(NwtnRating rating);  ///< "needs_improvement"

/// Of a stress test, by the document's table: excellent below 1 s and above 98 %, good below 1.5 s and above 96 %,
/// needs improvement below 2 s and above 95 %; poor otherwise. `success_rate` is 0 to 1.
NwtnRating rate_load(double p95_ms, double success_rate);
/// Of one session of the agent validation, by the share of its time limit that it took and the confidence of its
/// answer: excellent up to half and from 0.9, good up to three quarters and from 0.8, needs improvement up to all and
/// from 0.6.
NwtnRating rate_session(double share_of_limit, double confidence);

}  // namespace thresher::cli
