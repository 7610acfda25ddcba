#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace thresher::bindings {

/// A bounded cache from a few pointers to a value, for what a call site resolves again and again. Direct-mapped: each
/// key has one slot and a newcomer takes it, so a script that makes up names without end costs time but no memory. Lua
/// strings are equal when their pointers are; whoever fills a slot anchors its strings (LuaAnchors), since a collected
/// string's address may come back as another's.
template <class Value, std::size_t kPointers, std::size_t kSlots>
class PointerCache {
  static_assert((kSlots & (kSlots - 1)) == 0, "a power of two");

 public:
  using Key = std::array<const void*, kPointers>;
  struct Slot {
    Key key{};
    Value value{};
  };

  /// The key's slot, which holds the value if slot.key == key.
  Slot& slot_of(const Key& key) { return slots_[index_of(key)]; }
  std::size_t index_of(const Slot& slot) const { return static_cast<std::size_t>(&slot - slots_.data()); }
  std::array<Slot, kSlots>& slots() { return slots_; }

 private:
  static std::size_t index_of(const Key& key) {
    std::uint64_t hash = 0;
    for (const void* pointer : key) {
      hash = (hash ^ reinterpret_cast<std::uintptr_t>(pointer)) * 0x9e3779b97f4a7c15U;  // 2^64 / golden ratio
    }
    return static_cast<std::size_t>(hash >> 40) & (kSlots - 1);
  }

  std::array<Slot, kSlots> slots_{};
};

}  // namespace thresher::bindings
