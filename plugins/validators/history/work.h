#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "history/instant.h"

namespace history {

/// The events of work under a recovery system: leases, checkpoints, keys, effects. `item` is our id of a piece of work;
/// `ago_ms` is how long before the event's t it was asked for what is told of: what the platform decided, it decided
/// in between. Without it that was at t. Views and pointers live until the reader's next event.
struct LeaseTold {
  std::string_view item, holder, what;
  std::optional<std::int64_t> token;
  std::optional<double> until_ms;  ///< on our clock
  std::optional<double> for_ms;    ///< how long it runs from its granting, when its end is not told
  std::optional<double> ago_ms;
  bool accepted = true;
};
struct WriteTold {
  std::string_view item, holder;
  std::optional<std::int64_t> token;
  std::optional<double> ago_ms;
  bool accepted = false;
};
struct WorkBegan {
  std::string_view item, like;  ///< like: the same work in a run without a crash; or empty
  std::optional<std::int64_t> max_retries;
};
struct Killed {
  std::string_view item, holder;  ///< no item: the platform
};
struct CheckpointTold {
  std::string_view item, holder, hash;
  std::optional<std::int64_t> sequence;  ///< none: no answer came, and it is there or not
};
struct Resumed {
  std::string_view item, holder, hash;
  std::int64_t sequence = 0;  ///< of the checkpoint that the platform gave; 0: it had none
};
struct ListedCheckpoint {
  std::string_view hash;
  std::int64_t sequence = 0;
};
struct CheckpointsRead {
  std::string_view item;
  const std::vector<ListedCheckpoint>* checkpoints = nullptr;
};
struct ClaimTold {
  std::string_view item, key, holder, hash, outcome, response;
  std::optional<double> until_ms, for_ms, ago_ms;  ///< of an execute, as of a lease
};
struct EffectClaimed {
  std::string_view item, holder, task, key, hash;
};
struct LedgerEntry {
  std::string_view task, key, hash;
  std::int64_t attempt = 1;
  bool idempotent = false;
  Instant at;  ///< on the tool server's clock
};
struct LedgerRead {
  std::string_view item;
  const std::vector<LedgerEntry>* effects = nullptr;
};
struct Swept {
  std::optional<std::int64_t> expired_found, recovered, failed;
};
struct WorkFinished {
  std::string_view item, word, state;  ///< word: the platform's status
};

}  // namespace history
