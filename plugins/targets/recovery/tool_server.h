#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "conduct.h"

namespace recovery {

/// A time that the world was changed.
struct Effect {
  std::uint64_t number = 0;  ///< from 1
  std::string tool, workflow, task, key, payload_hash;
  std::int64_t attempt = 1;
  bool idempotent = false;  ///< the caller says that once more does no harm
  std::int64_t receipt = 0;
  Time at{};
};

/// The outside world: every call is an effect, whatever the key, and is written down. It belongs to whoever tests, so
/// it has no defects and no restart touches it.
class ToolServer {
 public:
  explicit ToolServer(const Conduct& conduct) : conduct_(conduct) {}

  /// Fills in number, hash and receipt; the receipt follows from tool and payload alone, so that a replayed answer
  /// can be told from a made-up one.
  const Effect& call(Effect effect, std::string_view payload, Time now);
  /// Oldest first; of any workflow when that is empty.
  template <class Visit>
  void each(std::string_view workflow, std::string_view key, Visit&& visit) const {
    for (const Effect& effect : ledger_)
      if ((workflow.empty() || effect.workflow == workflow) && (key.empty() || effect.key == key)) visit(effect);
  }

 private:
  const Conduct& conduct_;
  std::deque<Effect> ledger_;
  std::uint64_t made_ = 0;
};

}  // namespace recovery
