#include "python_random.h"

#if defined(__clang__)
#define THRESHER_UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define THRESHER_UNROLL _Pragma("GCC unroll 4")
#else
#define THRESHER_UNROLL
#endif

namespace farm {
namespace {

constexpr std::size_t kShift = 397;  // MT19937's M
constexpr std::uint32_t kMatrix = 0x9908b0df;
constexpr std::uint32_t kUpper = 0x80000000;
constexpr std::uint32_t kLower = 0x7fffffff;

/// init_genrand(19650218), from which init_by_array() starts whatever the seed.
constexpr std::array<std::uint32_t, PythonRandom::kWords> initial_words() {
  std::array<std::uint32_t, PythonRandom::kWords> words{19650218};
  for (std::uint32_t i = 1; i < words.size(); ++i) words[i] = 1812433253U * (words[i - 1] ^ (words[i - 1] >> 30)) + i;
  return words;
}
constexpr auto kInitial = initial_words();

constexpr std::uint32_t mixed(std::uint32_t word) { return word ^ (word >> 30); }

}  // namespace

/// init_by_array(), several seeds abreast: within a seed every step needs the last, across seeds none does, so the
/// processor overlaps them, as long as what they carry stays in registers: hence at most four, and unrolled.
template <std::size_t Lanes>
void PythonRandom::seed_lanes(const Seed* seeds, PythonRandom* const* out) {
  std::array<std::uint32_t, Lanes> even, odd, last;  // what a step adds: the seed's word of its turn, plus that turn
  std::array<std::uint32_t*, Lanes> words;
  for (std::size_t lane = 0; lane < Lanes; ++lane) {
    const auto high = static_cast<std::uint32_t>(seeds[lane].magnitude() >> 32);
    even[lane] = static_cast<std::uint32_t>(seeds[lane].magnitude());
    odd[lane] = high == 0 ? even[lane] : high + 1;
    last[lane] = kInitial[0];
    words[lane] = out[lane]->words_.data();
    out[lane]->index_ = 0;
  }
  const auto scramble = [&](std::size_t at, const auto& from, const auto& key) {
    THRESHER_UNROLL
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
      last[lane] = (from(lane) ^ (mixed(last[lane]) * 1664525U)) + key[lane];
      words[lane][at] = last[lane];
    }
  };
  std::size_t i = 1;
  for (; i + 1 < kWords; i += 2) {
    scramble(
        i, [i](std::size_t) { return kInitial[i]; }, even);
    scramble(
        i + 1, [i](std::size_t) { return kInitial[i + 1]; }, odd);
  }
  scramble(
      i, [i](std::size_t) { return kInitial[i]; }, even);
  scramble(
      1, [&](std::size_t lane) { return words[lane][1]; }, odd);  // step 624 wraps round to word 1
  const auto settle = [&](std::uint32_t at) {
    THRESHER_UNROLL
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
      last[lane] = (words[lane][at] ^ (mixed(last[lane]) * 1566083941U)) - at;
      words[lane][at] = last[lane];
    }
  };
  for (std::uint32_t at = 2; at < kWords; ++at) settle(at);
  settle(1);
  for (std::size_t lane = 0; lane < Lanes; ++lane) words[lane][0] = kUpper;
}

PythonRandom::PythonRandom(Seed seed) {
  PythonRandom* self = this;
  seed_lanes<1>(&seed, &self);
}

void PythonRandom::seed_all(std::span<const Seed> seeds, std::span<PythonRandom* const> out) {
  assert(seeds.size() == out.size());
  std::size_t i = 0;
  for (; seeds.size() - i >= 4; i += 4) seed_lanes<4>(&seeds[i], &out[i]);
  switch (seeds.size() - i) {
    case 3:
      return seed_lanes<3>(&seeds[i], &out[i]);
    case 2:
      return seed_lanes<2>(&seeds[i], &out[i]);
    case 1:
      return seed_lanes<1>(&seeds[i], &out[i]);
    default:
      return;
  }
}

std::uint32_t PythonRandom::next() {
  if (index_ == kWords) index_ = 0;
  // Twisting word by word equals twisting all at once: each word needs its successor and the one 397 on, both as they
  // are when its turn comes.
  const std::size_t after = index_ + 1 == kWords ? 0 : index_ + 1;
  const std::size_t far = index_ + kShift < kWords ? index_ + kShift : index_ + kShift - kWords;
  const std::uint32_t pair = (words_[index_] & kUpper) | (words_[after] & kLower);
  std::uint32_t word = words_[far] ^ (pair >> 1) ^ ((pair & 1) != 0 ? kMatrix : 0);
  words_[index_++] = word;
  word ^= word >> 11;
  word ^= (word << 7) & 0x9d2c5680U;
  word ^= (word << 15) & 0xefc60000U;
  return word ^ (word >> 18);
}

}  // namespace farm
