#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/location.h"
#include "store/owner.h"
#include "store/run_record.h"

namespace thresher::store {

/// Which runs to list. Everything empty: all of them.
struct RunFilter {
  std::string kind{}, status{};
  std::string text{};  ///< somewhere in name, files, profile, host, command line or tags, whatever the case
  std::optional<WallTime> started_before{};
  std::size_t limit = 50;
};

/// How far a run had come, as it was last saved.
struct RunProgress {
  WallTime at{};
  std::string text;
};

struct OpenOptions {
  Owner owner = Owner::of_this_process();  ///< of the runs this store begins
  std::function<WallTime()> now{};         ///< empty: the system's clock. Called on the thread that calls the store
};

/// The run history: one record per run, kept whatever happens to the process that writes it.
///
/// A run that was begun and not finished is `running` as long as its process lives. Opening and listing sweep: a run
/// whose process is gone (seen from the same machine), or that gave no sign of life for kHeartbeatTimeout (seen from
/// another one), becomes `interrupted`. Should its owner be alive after all, its next heartbeat or its end takes that
/// back.
///
/// One thread at a time; many processes at once. Calls may wait for another process's lock, up to kLockTimeout. Errors
/// name the file or the server, never a password, and say what can be done.
class RunStore {
 public:
  static constexpr Nanoseconds kHeartbeatInterval = std::chrono::seconds(5);
  static constexpr Nanoseconds kHeartbeatTimeout = std::chrono::minutes(2);
  static constexpr Nanoseconds kLockTimeout = std::chrono::seconds(10);

  /// Makes the database and its tables when there are none, migrates older ones, refuses newer ones.
  static Result<std::unique_ptr<RunStore>> open(const Location& location, OpenOptions options = {});
  virtual ~RunStore() = default;

  /// Notes that a run begins now, and returns its id: sortable by time, unique, 12 characters.
  virtual Result<std::string> begin(const RunStart& start) = 0;
  /// A sign of life. Not_found: somebody removed the run.
  virtual Result<void> heartbeat(const std::string& id) = 0;
  /// A sign of life together with how far the run came, in its writer's own words; replaces what was there. Kept until
  /// the run finishes. Not_found as above.
  virtual Result<void> save_progress(const std::string& id, std::string_view progress) = 0;
  /// What save_progress() wrote last; nothing when there is none.
  virtual Result<std::optional<RunProgress>> progress_of(const std::string& id) = 0;
  /// Makes this store's owner the owner of a run whose process died, which is `running` again then. Of several that try
  /// at once one succeeds. The error (invalid_argument) says why it is not to be had: it goes on, or it ended.
  virtual Result<void> take_over(const std::string& id) = 0;
  /// All of the end at once, or nothing. Not_found: there is no such run, or it has ended already.
  virtual Result<void> finish(const std::string& id, const RunEnd& end) = 0;
  /// Appends a note to a run, ended or not.
  virtual Result<void> annotate(const std::string& id, std::string_view text) = 0;

  /// Makes a run the baseline of its kind and conditions, which have one at most: an earlier one ceases to be it.
  /// False: it no longer is. Invalid_argument: a run that goes on, or was interrupted, is no measure for others.
  virtual Result<void> set_baseline(const std::string& id, bool is_baseline) = 0;

  /// Newest first, without documents and notes.
  virtual Result<std::vector<RunRecord>> list(const RunFilter& filter) = 0;
  /// Everything of one run.
  virtual Result<RunRecord> get(const std::string& id) = 0;
  /// The id a person means: a whole one, the unique beginning of one, `last`, or `last~N` (N before the last).
  virtual Result<std::string> resolve(std::string_view reference) = 0;
  /// The last `count` runs before `run` of its kind and conditions that ended completed or completed_with_failures and
  /// were not INVALID: what it may be judged against. Newest first, without documents.
  virtual Result<std::vector<RunRecord>> comparable_before(const RunRecord& run, std::size_t count) = 0;
  /// With document and notes. A run that goes on is refused (invalid_argument).
  virtual Result<void> remove(const std::string& id) = 0;
};

}  // namespace thresher::store
