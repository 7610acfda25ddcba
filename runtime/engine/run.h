#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/iteration_runner.h"
#include "engine/progress.h"
#include "engine/validity.h"
#include "event/loop.h"
#include "metrics/threshold.h"
#include "metrics/totals.h"
#include "profile/plan.h"

namespace thresher::engine {

enum class Phase : std::uint8_t { preparing, setup, running, paused, stopping, teardown, finished };
std::string_view name_of(Phase phase);

/// Why load ended.
enum class StopReason : std::uint8_t {
  completed,
  interrupted,
  aborted_by_script,
  aborted_by_threshold,
  setup_failed,
  setup_timed_out,
  worker_failed,
  externally_stopped
};
std::string_view name_of(StopReason reason);

/// One worker as it stood at its latest reading.
struct WorkerState {
  std::uint64_t users = 0;
  std::uint64_t in_flight = 0;     ///< iterations in progress
  double cpu_share = 0;            ///< of one core, 0..1, over the time since the reading before; 0 when unknown
  std::uint64_t late_seconds = 0;  ///< seconds that were closed without its reading
};

/// One second of a run as a report sees it. The references live until the observer returns.
struct Snapshot {
  Phase phase = Phase::preparing;
  WallTime wall{};
  Nanoseconds elapsed{};    ///< since load began
  Nanoseconds planned{};    ///< length of the shape; zero when it has none
  std::uint64_t users = 0;  ///< virtual users alive now
  std::uint64_t users_most = 0;
  std::uint64_t in_flight = 0;      ///< iterations in progress
  std::uint64_t users_planned = 0;  ///< what the shape wants now (closed model)
  double rate_planned = 0;          ///< arrivals per second the shape wants now (open model)
  const metrics::Totals* totals = nullptr;
  const std::vector<metrics::ThresholdVerdict>* thresholds = nullptr;
  Validity validity;                   ///< as it stands
  std::vector<WorkerState> workers{};  ///< by index
};

/// Things that happen to a run, for a log or a timeline.
struct RunEvent {
  enum class Kind { phase_changed, note, script_output, script_error, threshold_crossed, stop_requested };
  Kind kind = Kind::note;
  WallTime wall{};
  std::string text;
};

struct RunSummary {
  StopReason stop = StopReason::completed;
  std::string stop_text;       ///< why, for a person
  std::optional<Error> error;  ///< of loading, setup or a worker
  bool teardown_timed_out = false;
  std::vector<std::string> marked_failed;  ///< every distinct thresher.fail(why)
  Nanoseconds elapsed{};                   ///< of load
  WallTime started{}, finished{};
  std::uint64_t dropped_iterations = 0;
  std::uint64_t interrupted_iterations = 0;
  std::size_t stuck_workers =
      0;  ///< threads left behind in a script that never came back: leave through std::quick_exit
};

/// What was recorded since the last part, in the order of its times. The references live until the observer returns.
struct HistoryPart {
  std::span<const HistoryEntry> entries;
  TimePoint now{};
  const RunSummary* ended =
      nullptr;  ///< set in the last part, which comes once and perhaps without entries: how it ended
};

/// Coordinator's thread. on_finish() comes once; what the totals say of the last second is then what came since the
/// last on_second(), teardown included. Seconds are told while load goes on, not during setup and teardown.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_event(const RunEvent&) {}
  /// Comes before the on_second() or on_finish() whose figures it belongs to, so that what an observer adds to
  /// Run::recorder() is in them.
  virtual void on_history(const HistoryPart&) {}
  virtual void on_second(const Snapshot&) {}
  virtual void on_finish(const Snapshot&) {}
};

/// What steers a run while it goes on. Coordinator's thread.
class RunControl {
 public:
  virtual ~RunControl() = default;
  virtual Result<void>
  pause() = 0;  ///< nobody starts an iteration; those in progress end. The clock of the shape stands still
  virtual Result<void> resume() = 0;
  virtual Result<void> scale_users(
      std::uint64_t users) = 0;                       ///< externally-controlled: now; other closed shapes: refused
  virtual Result<void> scale_rate(double per_s) = 0;  ///< constant-arrival-rate: from now on
  virtual void stop(StopReason reason) = 0;           ///< gracefully, within stop_timeout
  virtual void kill() = 0;                            ///< interrupt everything now; the report still comes
  virtual void note(std::string text) = 0;            ///< tells it to the observers, as a RunEvent of that kind
};

/// Where workers live. Production gives each a thread and a UvLoop; rehearsal a loop of the one VirtualWorld, on this
/// thread.
struct Fabric {
  std::function<std::unique_ptr<event::Loop>(unsigned worker)> make_loop;
  bool threads = true;
  std::function<Nanoseconds()> process_cpu;  ///< user + system of the process; empty in virtual time
  Nanoseconds script_limit =
      std::chrono::seconds(10);  ///< longest a script may run between two waits; zero: no watchdog
};

/// One execution of a plan. Made, started and observed on the coordinator's loop; `on_done` is called once there, when
/// all is torn down, after every observer's on_finish(). Not destroyed from within a callback, and before its
/// coordinator loop.
class Run {
 public:
  struct Options {
    metrics::RecorderOptions recorder;
    std::vector<metrics::Threshold> thresholds;
    Nanoseconds snapshot_interval = std::chrono::seconds(1);
    /// Of a run that was killed: load goes on where its shape stood, with new users. As many workers and the same
    /// thresholds as then. Null: a run from its beginning.
    std::shared_ptr<Continuation> continued = nullptr;
  };

  static std::unique_ptr<Run> create(profile::Plan plan, event::Loop& coordinator, Fabric fabric, RunnerFactory factory,
                                     Options options);
  virtual ~Run() = default;

  virtual void observe(RunObserver& observer) = 0;  ///< before start(); in the order added
  virtual void start(std::function<void(const RunSummary&)> on_done) = 0;
  virtual RunControl& control() = 0;
  /// For figures that belong to no worker. Coordinator's thread; used from on_history(), its metrics are in the second.
  virtual metrics::Recorder& recorder() = 0;
  virtual const profile::Plan& plan() const = 0;
  /// How far it has come, as of the last second; nothing before load began and after it ended. Coordinator's thread;
  /// from on_second(), it goes with that second's totals.
  virtual std::optional<Progress> progress() const = 0;
};

}  // namespace thresher::engine
