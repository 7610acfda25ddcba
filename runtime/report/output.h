#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "engine/run.h"

namespace thresher::report {

/// A report that goes to files. It is opened before the run starts, so that a folder nobody may write to is an error
/// and not a lost report; it watches the run; and it is concluded once, from Run's on_done. What a file shows of the
/// run is taken in on_finish(), when the snapshot is still there; what became of the run is only known in conclude().
/// Coordinator's thread.
class Output : public engine::RunObserver {
 public:
  /// Writes what is written at the end and closes. The error is the first that any write of the whole run had.
  virtual Result<void> conclude(const engine::RunSummary& summary) = 0;

  /// What a person will find on disk; empty when it went to standard output.
  virtual std::vector<std::filesystem::path> files() const = 0;
};

/// Makes the folder of `path` if need be and proves that a file can be made there, leaving `path` itself as it was.
Result<void> check_writable(const std::filesystem::path& path);

}  // namespace thresher::report
