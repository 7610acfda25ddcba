#include "seeded.h"

namespace farm {

Seeded::Seeded() : slots_(new Slots) {}

void Seeded::prepare(Seed first, std::uint32_t count) {
  assert(count <= kKept);
  std::array<Seed, kKept> missing;
  std::array<PythonRandom*, kKept> out = {};
  std::size_t missed = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Seed seed = first + i;
    auto& held = seeds_[slot(seed)];
    if (held == seed) continue;
    held = seed;
    missing[missed] = seed;
    out[missed++] = &slots_->fresh[slot(seed)];
  }
  PythonRandom::seed_all({missing.data(), missed}, {out.data(), missed});
}

PythonRandom Seeded::at(Seed seed) {
  prepare(seed, 1);
  return slots_->fresh[slot(seed)];
}

}  // namespace farm
