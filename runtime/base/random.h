#pragma once

#include <array>
#include <cstdint>

namespace thresher {

/// What a stream of random numbers is for. Streams of different purposes never share draws.
enum class StreamPurpose : std::uint64_t { user = 1, arrival = 2, pacing = 3, stand_in = 4, run = 5 };

/// A reproducible stream of random numbers: xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators", ACM TOMS 47:4, 2021), its state filled by SplitMix64 from (run seed, purpose, number). Two streams with
/// different keys are independent; the same key gives the same draws on every machine. Not for secrets.
class RandomStream {
 public:
  RandomStream(std::uint64_t run_seed, StreamPurpose purpose, std::uint64_t number);

  std::uint64_t next();                          ///< any 64 bits
  double uniform();                              ///< in [0, 1), 53 bits
  double uniform(double low, double high);       ///< in [low, high); low when the interval is empty
  std::uint64_t below(std::uint64_t bound);      ///< in [0, bound), without bias; bound > 0
  double exponential(double mean);               ///< in (0, inf), for Poisson gaps
  double normal(double mean, double deviation);  ///< Box and Muller's transform, one of the pair

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace thresher
