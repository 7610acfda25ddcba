#include "cli/nwtn_rating.h"

namespace thresher::cli {

NwtnCompliance judge(const NwtnFigures& figures, const NwtnRequirements& requirements) {
  if (figures.sessions == 0) return {};
  return {.latency = figures.latency.p95_ms < requirements.latency_ms,
          .average = figures.latency.average_ms < requirements.average_ms(),
          .concurrency = figures.users_most >= requirements.users,
          .ramp_up = figures.ramped_up,
          .success_rate = figures.success_rate() >= requirements.success_rate,
          .stability = figures.breaker_openings() == 0};
}

std::string_view name_of(NwtnRating rating) {
  switch (rating) {
    case NwtnRating::excellent:
      return "excellent";
    case NwtnRating::good:
      return "good";
    case NwtnRating::needs_improvement:
      return "needs_improvement";
    case NwtnRating::poor:
      break;
  }
  return "poor";
}

NwtnRating rate_load(double p95_ms, double success_rate) {
  if (p95_ms < 1000 && success_rate > 0.98) return NwtnRating::excellent;
  if (p95_ms < 1500 && success_rate > 0.96) return NwtnRating::good;
  if (p95_ms < 2000 && success_rate > 0.95) return NwtnRating::needs_improvement;
  return NwtnRating::poor;
}

NwtnRating rate_session(double share_of_limit, double confidence) {
  if (share_of_limit <= 0.5 && confidence >= 0.9) return NwtnRating::excellent;
  if (share_of_limit <= 0.75 && confidence >= 0.8) return NwtnRating::good;
  if (share_of_limit <= 1 && confidence >= 0.6) return NwtnRating::needs_improvement;
  return NwtnRating::poor;
}

}  // namespace thresher::cli
