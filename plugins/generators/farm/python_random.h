#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include "seed.h"

namespace farm {

/// Python's random.Random(seed) for an integer seed, draw for draw (CPython 3.2 and later): MT19937 (Matsumoto and
/// Nishimura, 1998) seeded by their init_by_array() from the magnitude's 32-bit words, lowest first.
///
/// Seeding is the cost: 1,247 steps that each wait for the one before. So many generators are seeded side by side
/// (seed_all), and words are tempered only when they are drawn.
class PythonRandom {
 public:
  static constexpr std::size_t kWords = 624;

  /// Unseeded: nothing may be drawn before seed_all() or an assignment.
  PythonRandom() = default;  // NOLINT: leaving 2.5 kB uninitialised is the point
  explicit PythonRandom(Seed seed);

  /// Makes *out[i] what Random(seeds[i]) is; both spans have one size. Twice as fast a seed as the constructor, or
  /// better, from four seeds on.
  static void seed_all(std::span<const Seed> seeds, std::span<PythonRandom* const> out);

  /// getrandbits(count); 1 <= count <= 32.
  std::uint32_t bits(unsigned count) {
    assert(1 <= count && count <= 32);
    return next() >> (32 - count);
  }

  /// random(): in [0, 1), 53 bits.
  double random() {
    const std::uint32_t high = next() >> 5;
    const std::uint32_t low = next() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }

  /// _randbelow(bound): draws until it fits, so one value of one costs draws too; bound > 0.
  std::uint32_t below(std::uint32_t bound) {
    assert(bound > 0);
    const auto width = static_cast<unsigned>(std::bit_width(bound));
    std::uint32_t drawn = bits(width);
    while (drawn >= bound) drawn = bits(width);
    return drawn;
  }

  double uniform(double low, double high) { return low + (high - low) * random(); }

  /// randint(low, high): both ends included.
  std::uint32_t between(std::uint32_t low, std::uint32_t high) { return low + below(high - low + 1); }

  /// choice() of a span or array.
  template <class Range>
  const auto& choice(const Range& from) {
    return from[below(static_cast<std::uint32_t>(std::size(from)))];
  }

  /// sample(range(population), count) for a population of at most 21, which CPython draws from a pool: `out` gets
  /// `count` different indices.
  template <std::size_t N>
  void sample(std::uint32_t population, std::uint32_t count, std::array<std::uint8_t, N>& out) {
    assert(count <= population && population <= kPool && count <= N);
    std::array<std::uint8_t, kPool> pool{};
    for (std::uint32_t i = 0; i < population; ++i) pool[i] = static_cast<std::uint8_t>(i);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t drawn = below(population - i);
      out[i] = pool[drawn];
      pool[drawn] = pool[population - i - 1];
    }
  }

 private:
  static constexpr std::size_t kPool = 21;

  std::uint32_t next();
  template <std::size_t Lanes>
  static void seed_lanes(const Seed* seeds, PythonRandom* const* out);

  std::array<std::uint32_t, kWords> words_;
  std::size_t index_;  ///< of the next word; it has not been twisted yet
};

}  // namespace farm
