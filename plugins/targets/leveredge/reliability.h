#pragma once

#include <optional>
#include <string_view>

#include "thresher/random.hpp"

namespace leveredge {

/// How an agent behaves: the Farm document's reliability profiles. Rates are parts of 1.
struct Reliability {
  double success_rate = 1;
  double latency_mean_ms = 0;
  double latency_sd_ms = 0;
  double timeout_rate = 0;
  double crash_rate = 0;

  /// Nothing for a name that is not a profile.
  static std::optional<Reliability> named(std::string_view profile);

  /// The rate of answers of status 500: the failures that are neither timeouts nor crashes. The document's figures for
  /// rock_solid add up to 100.01 %, so this is never less than 0 and such an agent succeeds a little less often than
  /// stated.
  double error_rate() const;
};

/// The profiles' names as an option's choices: "rock_solid|reliable|flaky|unreliable".
inline constexpr std::string_view kProfileNames = "rock_solid|reliable|flaky|unreliable";

enum class Fate { success, error, timeout, crash };

/// What happens to one request, and how long an answer takes.
struct Draw {
  Fate fate = Fate::success;
  double latency_ms = 0;
};

/// One uniform draw decides the fate (crash, then timeout, then error, then success); the latency is log-normal with
/// the profile's mean and deviation. Always the same number of draws from `random`.
Draw draw(const Reliability& reliability, thresher::Random& random);

}  // namespace leveredge
