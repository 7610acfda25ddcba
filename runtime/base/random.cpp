#include "base/random.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>

namespace thresher {
namespace {

/// One step of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). For a
/// given start it never gives the same value twice in 2^64 steps.
std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

__extension__ using Wide = unsigned __int128;

}  // namespace

RandomStream::RandomStream(std::uint64_t run_seed, StreamPurpose purpose, std::uint64_t number) : state_{} {
  // Each key is scrambled before the next joins in, so that neighbouring seeds and numbers share nothing; for one seed
  // and purpose the map from number to state is one to one.
  std::uint64_t key = run_seed;
  key = split_mix(key) ^ static_cast<std::uint64_t>(purpose);
  key = split_mix(key) ^ number;
  for (auto& word : state_) word = split_mix(key);
}

std::uint64_t RandomStream::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double RandomStream::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double RandomStream::uniform(double low, double high) {
  const double value = low + (high - low) * uniform();
  return value < high ? value : low;  // rounding can reach `high`; an empty interval gives `low`
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
  assert(bound > 0);
  // Lemire, "Fast random integer generation in an interval", ACM TOMACS 29:1, 2019.
  Wide product = Wide{next()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t short_of = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < short_of) product = Wide{next()} * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::exponential(double mean) {
  // Half a step off both ends: the logarithm is neither infinite nor zero.
  const double between = (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52;
  return -mean * std::log(between);
}

double RandomStream::normal(double mean, double deviation) {
  const double radius = std::sqrt(2.0 * exponential(1.0));
  return mean + deviation * radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace thresher
