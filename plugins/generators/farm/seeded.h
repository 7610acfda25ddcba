#pragma once

#include <array>
#include <memory>
#include <optional>

#include "python_random.h"
#include "seed.h"

namespace farm {

/// Freshly seeded generators, kept because documents share seeds: a workflow draws three times from Random(seed), its
/// tasks from the seeds that follow, and the next workflow of a batch or stream from almost the same ones. What is kept
/// shows in the time only.
class Seeded {
 public:
  /// How many consecutive seeds prepare() takes, and are surely kept together.
  static constexpr std::uint32_t kKept = 32;

  Seeded();
  /// Makes Random(first) .. Random(first + count - 1) ready, those missing side by side; count <= kKept.
  void prepare(Seed first, std::uint32_t count);
  /// Random(seed), at its beginning.
  PythonRandom at(Seed seed);

 private:
  struct Slots {
    std::array<PythonRandom, kKept> fresh;
  };

  static std::size_t slot(Seed seed) { return static_cast<std::size_t>(seed.bits() % kKept); }

  std::array<std::optional<Seed>, kKept> seeds_ = {};  ///< whose generator a slot holds
  std::unique_ptr<Slots> slots_;
};

}  // namespace farm
