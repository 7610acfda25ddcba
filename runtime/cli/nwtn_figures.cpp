#include "cli/nwtn_figures.h"

#include <algorithm>

namespace thresher::cli {

std::string_view name_of(NwtnPhase phase) {
  switch (phase) {
    case NwtnPhase::ramp_up:
      return "ramp_up";
    case NwtnPhase::steady:
      return "steady_state";
    case NwtnPhase::ramp_down:
      break;
  }
  return "ramp_down";
}

double NwtnFigures::success_rate() const {
  return sessions == 0 ? 0 : static_cast<double>(succeeded) / static_cast<double>(sessions);
}

double NwtnFigures::per_s() const {
  return elapsed.count() <= 0 ? 0 : static_cast<double>(sessions) / to_seconds(elapsed);
}

std::uint64_t NwtnFigures::breaker_openings() const {
  return std::max(breaker_activations.value_or(0), breaker_episodes);
}

}  // namespace thresher::cli
