#include "md5.h"

#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>

#if defined(__clang__)
#define THRESHER_UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define THRESHER_UNROLL _Pragma("GCC unroll 16")
#else
#define THRESHER_UNROLL
#endif

namespace farm {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are read as little-endian words");

constexpr std::size_t kBlock = 64;
constexpr std::size_t kLengthAt = 56;  // where the last block keeps the length in bits

/// floor(2^32 * abs(sin(i + 1))), RFC 1321 section 3.4.
constexpr std::array<std::uint32_t, 64> kSines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr int kTurns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

struct State {
  std::uint32_t a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
};

/// One of the four rounds of 16 steps; `function` mixes b, c and d, `word` says which word of the block a step takes.
template <std::size_t Round, class Function, class Word>
void round_of(State& s, const std::array<std::uint32_t, 16>& block, Function function, Word word) {
  THRESHER_UNROLL
  for (std::size_t i = 0; i < 16; ++i) {
    const std::uint32_t sum = s.a + function(s.b, s.c, s.d) + kSines[Round * 16 + i] + block[word(i) & 15];
    s = {s.d, s.b + std::rotl(sum, kTurns[Round][i & 3]), s.b, s.c};
  }
}

void digest_block(State& state, const unsigned char* bytes) {
  using U = std::uint32_t;
  std::array<U, 16> block;
  std::memcpy(block.data(), bytes, kBlock);
  State s = state;
  round_of<0>(
      s, block, [](U b, U c, U d) { return d ^ (b & (c ^ d)); }, [](std::size_t i) { return i; });
  round_of<1>(
      s, block, [](U b, U c, U d) { return c ^ (d & (b ^ c)); }, [](std::size_t i) { return 5 * i + 1; });
  round_of<2>(
      s, block, [](U b, U c, U d) { return b ^ c ^ d; }, [](std::size_t i) { return 3 * i + 5; });
  round_of<3>(
      s, block, [](U b, U c, U d) { return c ^ (b | ~d); }, [](std::size_t i) { return 7 * i; });
  state = {state.a + s.a, state.b + s.b, state.c + s.c, state.d + s.d};
}

}  // namespace

void append_md5(std::string_view text, std::size_t digits, std::string& out) {
  assert(digits <= 32);
  State state;
  std::string_view rest = text;
  unsigned char bytes[kBlock];
  for (; rest.size() >= kBlock; rest.remove_prefix(kBlock)) {
    std::memcpy(bytes, rest.data(), kBlock);
    digest_block(state, bytes);
  }
  std::memset(bytes, 0, kBlock);
  std::memcpy(bytes, rest.data(), rest.size());
  bytes[rest.size()] = 0x80;
  if (rest.size() >= kLengthAt) {
    digest_block(state, bytes);
    std::memset(bytes, 0, kBlock);
  }
  const std::uint64_t length_bits = static_cast<std::uint64_t>(text.size()) * 8;
  std::memcpy(bytes + kLengthAt, &length_bits, sizeof length_bits);
  digest_block(state, bytes);

  const std::uint32_t words[4] = {state.a, state.b, state.c, state.d};
  for (std::size_t i = 0; i < digits; ++i) {
    const auto byte = static_cast<unsigned>(words[i / 8] >> (i / 2 % 4 * 8)) & 0xffU;
    out.push_back("0123456789abcdef"[i % 2 == 0 ? byte >> 4 : byte & 15U]);
  }
}

}  // namespace farm
