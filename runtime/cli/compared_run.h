#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "comparison/measured_run.h"
#include "store/run_record.h"
#include "store/run_store.h"

namespace thresher::cli {

/// A run of the history, to be compared: from its document, or, when that has no requests, from its figures.
comparison::MeasuredRun measured_run_of(const store::RunRecord& run);

/// Finds the runs that a command line names: files, or references to the history, which is opened for the first of them
/// only.
class ComparedRuns {
 public:
  /// `name` is a file when one has that name, or when it looks like one (a path, or .json at its end); else an id of
  /// the history, the unique beginning of one, last or last~N. The error names the file or the reference.
  Result<comparison::MeasuredRun> find(const std::string& name);

 private:
  std::unique_ptr<store::RunStore> history_;
};

/// The history that DATABASE_URL or the data folder holds.
Result<std::unique_ptr<store::RunStore>> open_history();

}  // namespace thresher::cli
