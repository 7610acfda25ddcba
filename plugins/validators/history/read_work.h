#pragma once

#include <string_view>
#include <vector>

#include "history/event.h"
#include "history/json.h"

namespace history {

/// Reads the events of work under a recovery system, reusing its memory.
class WorkReader {
 public:
  /// monostate: the event is none of these. Throws BadEvent.
  Body read(std::string_view name, json::object members);

 private:
  CheckpointsRead checkpoints_read(json::object members);
  LedgerRead ledger_read(json::object members);

  std::vector<ListedCheckpoint> checkpoints_;
  std::vector<LedgerEntry> effects_;
};

}  // namespace history
