#include "store/run_id.h"

namespace thresher::store {

std::string make_run_id(WallTime at, std::uint32_t random) {
  static constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr unsigned kRandomBits = 15;
  const auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
  std::uint64_t rest = milliseconds << kRandomBits | (random & ((1U << kRandomBits) - 1));
  std::string id(kRunIdSize, '0');
  for (std::size_t digit = kRunIdSize; digit-- > 0; rest >>= 5) id[digit] = kAlphabet[rest & 31];
  return id;
}

}  // namespace thresher::store
