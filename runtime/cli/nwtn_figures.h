#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cli/nwtn_machine.h"

namespace thresher::cli {

/// The pipeline's agents, in its order.
inline constexpr std::array<std::string_view, 5> kNwtnAgents = {"architect", "prompter", "router", "executor",
                                                                "compiler"};

/// Of times in milliseconds; percentiles by the histogram, to three digits.
struct NwtnSpread {
  double average_ms = 0, p50_ms = 0, p95_ms = 0, p99_ms = 0, max_ms = 0;
  std::uint64_t count = 0;
};

enum class NwtnPhase : std::uint8_t { ramp_up, steady, ramp_down };
std::string_view name_of(NwtnPhase phase);

/// One second of a stress test.
struct NwtnSecond {
  Nanoseconds elapsed{};
  WallTime wall{};
  NwtnPhase phase = NwtnPhase::ramp_up;
  std::uint64_t users = 0;                 ///< alive at its end
  std::uint64_t sessions = 0, failed = 0;  ///< that ended in it
  NwtnSpread latency;
  std::optional<MachineSample> machine;
};

/// Sessions that failed for one reason.
struct NwtnFailure {
  std::string why;
  std::uint64_t count = 0;
  std::map<std::string, std::uint64_t> by_complexity;
  WallTime first_seen{}, last_seen{};
};

/// What a stress test measured.
struct NwtnFigures {
  Nanoseconds elapsed{};
  WallTime started{}, finished{};
  std::uint64_t sessions = 0, succeeded = 0;
  NwtnSpread latency;                               ///< of all sessions, failed ones included
  std::map<std::string, NwtnSpread> by_complexity;  ///< likewise
  std::map<std::string, NwtnSpread> agents;         ///< by name, as the traces tell
  std::vector<NwtnFailure> failures;                ///< the most frequent first
  std::vector<NwtnSecond> seconds;
  std::uint64_t users_most = 0;  ///< alive at once
  std::optional<std::uint64_t>
      users_sustained;     ///< fewest alive at the end of a second of the steady phase, if it had one
  bool ramped_up = false;  ///< all wanted users were alive when the ramp was over
  double peak_per_s = 0;   ///< sessions that ended in the busiest second
  std::optional<std::uint64_t> breaker_activations;  ///< by the service's own count, when it has one
  std::uint64_t breaker_episodes = 0;                ///< stretches of seconds with refusals of the breaker
  std::uint64_t script_errors = 0;

  double success_rate() const;             ///< 0 to 1; 0 without sessions
  double per_s() const;                    ///< sessions per second of the whole test
  std::uint64_t breaker_openings() const;  ///< the service's count, or what was seen from outside when that is more
};

}  // namespace thresher::cli
