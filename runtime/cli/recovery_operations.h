#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "store/recovery/recovery_store.h"

namespace thresher::cli {

/// What this process had from a kit's ledger of effects.
struct EffectCounts {
  std::atomic<std::int64_t> cache_hits = 0, cache_misses = 0, tool_executions = 0, tool_replays = 0;
};

/// Makes ids that a rehearsal's scripts may see: `of` names what is to have one. Empty: the store's own, which nobody
/// else makes.
using MakeId = std::function<std::string(std::string_view of)>;

/// One operation of bindings::RecoverySession. Made on the asker's thread, which must not be held up, so its arguments,
/// which may be large, are read where it is performed. One thread at a time.
class RecoveryOperation {
 public:
  /// The error names an operation that does not exist.
  static Result<RecoveryOperation> make(std::string_view name, std::string arguments);

  /// Changes nothing: need not wait for whoever writes. A claim only reads when it finds the key settled.
  bool only_reads() const { return only_reads_; }
  bool is_claim() const { return is_claim_; }

  /// The answer.
  Result<nlohmann::json> perform(store::RecoveryStore& store, EffectCounts& counts, const MakeId& make_id);
  /// Once performed, what ends a claim: its key; empty for any other operation.
  std::string settled_key() const;

  // Of a claim, instead.
  /// How the key stands; `execute` where it would have to be claimed.
  Result<store::Claim> look(store::RecoveryStore& store);
  Result<store::Claim> claim(store::RecoveryStore& store);
  /// What the asker gets to know; counts it.
  nlohmann::json answer(const store::Claim& claim, EffectCounts& counts) const;

 private:
  struct Call;
  using Perform = Result<nlohmann::json> (*)(const Call&);
  RecoveryOperation() = default;
  Result<void> read();
  store::EffectRequest effect_request() const;

  std::string written_;       ///< the arguments, until they are read
  nlohmann::json arguments_;  ///< null: not read yet
  Perform perform_ = nullptr;
  bool only_reads_ = false, is_claim_ = false, settles_ = false;
};

}  // namespace thresher::cli
