#include "reliability.h"

#include <algorithm>

namespace leveredge {

std::optional<Reliability> Reliability::named(std::string_view profile) {
  struct Row {
    std::string_view name;
    Reliability reliability;
  };
  // The Farm document's table of reliability profiles, with the standard deviations of its contract.
  static constexpr Row kRows[] = {
      {"rock_solid", {0.999, 50, 10, 0.001, 0.0001}},
      {"reliable", {0.95, 200, 50, 0.02, 0.005}},
      {"flaky", {0.80, 500, 300, 0.10, 0.02}},
      {"unreliable", {0.60, 2000, 1500, 0.25, 0.05}},
  };
  for (const Row& row : kRows)
    if (row.name == profile) return row.reliability;
  return std::nullopt;
}

double Reliability::error_rate() const { return std::max(0.0, 1.0 - success_rate - timeout_rate - crash_rate); }

Draw draw(const Reliability& reliability, thresher::Random& random) {
  const double u = random.uniform();
  const double latency_ms = random.log_normal(reliability.latency_mean_ms, reliability.latency_sd_ms);
  const double crash = reliability.crash_rate;
  const double timeout = crash + reliability.timeout_rate;
  const double error = timeout + reliability.error_rate();
  const Fate fate = u < crash ? Fate::crash : u < timeout ? Fate::timeout : u < error ? Fate::error : Fate::success;
  return {fate, latency_ms};
}

}  // namespace leveredge
