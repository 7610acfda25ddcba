#include "python_random.h"

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
/// processor overlaps them.
template <std::size_t Lanes>
void PythonRandom::seed_lanes(const Seed* seeds, PythonRandom* const* out) {
  std::uint32_t key[2][Lanes];  // what step t adds: the seed's word t mod length, plus that index
  std::uint32_t last[Lanes];
  for (std::size_t lane = 0; lane < Lanes; ++lane) {
    const auto high = static_cast<std::uint32_t>(seeds[lane].magnitude() >> 32);
    key[0][lane] = static_cast<std::uint32_t>(seeds[lane].magnitude());
    key[1][lane] = high == 0 ? key[0][lane] : high + 1;
    last[lane] = kInitial[0];
    out[lane]->index_ = 0;
  }
  for (std::size_t i = 1; i < kWords; ++i) {
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
      last[lane] = (kInitial[i] ^ (mixed(last[lane]) * 1664525U)) + key[(i - 1) & 1][lane];
      out[lane]->words_[i] = last[lane];
    }
  }
  for (std::size_t lane = 0; lane < Lanes; ++lane) {  // step 624 wraps round to word 1
    auto& words = out[lane]->words_;
    last[lane] = (words[1] ^ (mixed(last[lane]) * 1664525U)) + key[1][lane];
    words[1] = last[lane];
  }
  for (std::uint32_t i = 2; i < kWords; ++i) {
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
      auto& words = out[lane]->words_;
      last[lane] = (words[i] ^ (mixed(last[lane]) * 1566083941U)) - i;
      words[i] = last[lane];
    }
  }
  for (std::size_t lane = 0; lane < Lanes; ++lane) {
    auto& words = out[lane]->words_;
    words[1] = (words[1] ^ (mixed(last[lane]) * 1566083941U)) - 1;
    words[0] = kUpper;
  }
}

PythonRandom::PythonRandom(Seed seed) {
  PythonRandom* self = this;
  seed_lanes<1>(&seed, &self);
}

void PythonRandom::seed_all(std::span<const Seed> seeds, std::span<PythonRandom* const> out) {
  assert(seeds.size() == out.size());
  std::size_t i = 0;
  for (; seeds.size() - i >= 8; i += 8) seed_lanes<8>(&seeds[i], &out[i]);
  if (seeds.size() - i >= 6) {
    seed_lanes<6>(&seeds[i], &out[i]);
    i += 6;
  }
  if (seeds.size() - i >= 4) {
    seed_lanes<4>(&seeds[i], &out[i]);
    i += 4;
  }
  if (seeds.size() - i >= 2) {
    seed_lanes<2>(&seeds[i], &out[i]);
    i += 2;
  }
  if (i < seeds.size()) seed_lanes<1>(&seeds[i], &out[i]);
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
