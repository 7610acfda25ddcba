#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/run_store.h"

namespace thresher::service {

/// What the page reads and other rooms write: the cli implements it with reports, comparisons and profiles, none of
/// which this room knows. Texts are JSON documents unless said otherwise. The loop's thread.
class PageDocuments {
 public:
  virtual ~PageDocuments() = default;

  /// {"runs": [...]} as `thresher runs --json`.
  virtual std::string runs(const std::vector<store::RunRecord>& runs) = 0;
  /// One of store::RunStore::get(), as `thresher runs show --json`.
  virtual Result<std::string> run(store::RunStore& store, const store::RunRecord& run) = 0;
  /// thresher.comparison/1, and "curves" (page/README.md).
  virtual std::string comparison(const store::RunRecord& base, const store::RunRecord& run) = 0;
  /// A run's requests in Locust's columns: CSV. The error: its report holds none.
  virtual Result<std::string> statistics_csv(const store::RunRecord& run) = 0;

  /// {"profiles": [...], "stand_ins": [...], "executors": [...]} of a catalogue (page/README.md).
  virtual std::string choices() = 0;
  /// The scenario files that a catalogue lists, as one would type them.
  virtual std::vector<std::string> scenario_files() = 0;
};

}  // namespace thresher::service
