#pragma once

#include <cmath>
#include <cstdint>

namespace thresher {
inline namespace sdk_1 {

/// Random numbers a stand-in can repeat: the same keys give the same draws with every compiler and standard library,
/// which <random>'s distributions do not promise. Make one where it is needed, keyed by what it is for:
///
///   thresher::Random random(seed, request.port, nth_request_to_this_port);
///
/// The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014);
/// the keys are scrambled one after another, so that neighbouring keys share nothing. Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t key = 0, std::uint64_t second_key = 0) noexcept : state_(seed) {
    state_ = next() ^ key;
    state_ = next() ^ second_key;
    state_ = next();
  }

  /// Any 64 bits.
  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// In [0, 1), 53 bits.
  double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// In [0, bound); bound > 0. The bias is below bound / 2^53.
  std::uint64_t below(std::uint64_t bound) noexcept {
    return static_cast<std::uint64_t>(uniform() * static_cast<double>(bound));
  }

  bool chance(double probability) noexcept { return uniform() < probability; }

  /// Mean 0, deviation 1: Box and Muller's transform, one of the pair.
  double normal() noexcept {
    const double radius =
        std::sqrt(-2.0 * std::log(1.0 - uniform()));  // 1 - u is in (0, 1], so the logarithm is finite
    return radius * std::cos(6.283185307179586 * uniform());
  }

  /// Log-normal with this mean and standard deviation *of the values themselves* (not of their logarithms): positive,
  /// with the long right tail that latencies have. With s = ln(1 + (deviation / mean)^2) it is exp(ln(mean) - s/2 +
  /// sqrt(s) * normal()). A mean or deviation of 0 gives the mean.
  double log_normal(double mean, double deviation) noexcept {
    if (mean <= 0 || deviation <= 0) return mean;
    const double ratio = deviation / mean;
    const double variance = std::log1p(ratio * ratio);
    return std::exp(std::log(mean) - variance / 2 + std::sqrt(variance) * normal());
  }

 private:
  std::uint64_t state_;
};

}  // namespace sdk_1
}  // namespace thresher
