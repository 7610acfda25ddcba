#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/recovery/recovery_store.h"

namespace thresher::store {

/// What a store's file looks like to somebody who has to find out why work on it failed: a JSON object with
/// "file" (path, size, modified, and those of the write-ahead log), "pragmas" (journal_mode, synchronous,
/// integrity_check ...), "row_counts", "checkpoints" (the newest 50), "active_work_items" (pending and in progress, 50
/// at most), "audits" (the newest 50), "idempotency_keys" (by status), "lock" ("free", or why it is not) and "errors":
/// what of this could not be read. Changes nothing; waits for nobody.
std::string diagnose_store(const std::filesystem::path& path, const RecoveryClock& clock);

/// One thing that proves something happened.
struct EvidenceItem {
  enum class Type : std::uint8_t {
    artifact_exists,  ///< `subject` is a file or folder
    file_sha256,      ///< the file's content has the hash `expected` ("sha256:..." or the digits alone)
    command_exit,  ///< a command, which the caller ran, exited with the code `expected`; `seen`: what it did exit with
    db_row         ///< the table `subject` has a row with `columns`
  };
  Type type = Type::artifact_exists;
  std::string subject;
  std::string expected;
  std::string seen;
  std::vector<std::pair<std::string, std::string>> columns;
};

/// The public recovery system's pack: all items, or so many of them.
struct EvidencePack {
  std::vector<EvidenceItem> items;
  bool require_all = true;
  bool allow_partial = false;  ///< without require_all: fewer than all are enough, `min_verified` at the least
  std::int64_t min_verified = 1;
};

struct EvidenceVerdict {
  bool holds = false;
  std::int64_t verified = 0;
  std::vector<std::string> missing;  ///< why, of each item that is not verified
};

/// ErrorCode::invalid_argument for a table or column the kit does not have.
Result<EvidenceVerdict> verify_evidence(RecoveryStore& kit, const EvidencePack& pack);

}  // namespace thresher::store
