#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/outcome.h"
#include "base/result.h"
#include "event/loop.h"
#include "metrics/recorder.h"
#include "profile/plan.h"

namespace thresher::engine {

/// A virtual user's number, over all workers: user i lives on worker i mod W.
using UserNumber = std::uint64_t;

/// One pass through a scenario, as the executor wants it.
struct Iteration {
  std::uint64_t number = 0;  ///< open model: the arrival's; closed model: the user's own count. From 0
  TimePoint due{};           ///< when it was meant to start: what response time counts from
  TimePoint started{};       ///< when the executor handed it over
  bool open_model =
      false;  ///< an arrival: the user's random stream is re-derived from the arrival's number, waits are ignored
};

enum class IterationResult : std::uint8_t { ok, failed, interrupted };  ///< failed: the script raised an error

struct IterationEnd {
  IterationResult result = IterationResult::ok;
  TimePoint began{};  ///< first instruction of the iteration proper (on_start excluded)
  TimePoint ended{};
  Nanoseconds think{};  ///< closed model: how long the user waits before its next iteration
};

/// Hears from a runner; a worker is one. Calls may come from inside the runner's own calls.
class RunnerEvents {
 public:
  virtual void iteration_ended(UserNumber user, const IterationEnd& end) = 0;
  virtual void user_retired(UserNumber user) = 0;

 protected:
  ~RunnerEvents() = default;
};

/// One line of the run's history: what validators judge. The text is a JSON object whose first member is "event"; its
/// time is added by whoever writes it down.
struct HistoryEntry {
  TimePoint at{};
  std::string text;
};

/// What a script may ask of the whole run, from a worker's thread; and what a runner knows of its place in it.
class RunPort {
 public:
  virtual ~RunPort() = default;
  virtual void abort(std::string why) = 0;        ///< thresher.abort: stop now, exit 108
  virtual void mark_failed(std::string why) = 0;  ///< thresher.fail: go on, exit 110
  virtual void say(std::string line) = 0;         ///< a line for the person, such as print() of a script
  /// Adds to the run's history, stamped with the time of the tick. It reaches observers about a second later, in order.
  virtual void record(std::string event) = 0;
};

/// How one iteration is performed: the engine knows no Lua and no HTTP. One runner per worker, made and used on that
/// worker's thread. The bindings implement it; tests use FakeRunner (tests/support). The engine never calls a runner
/// from inside a RunnerEvents call, so a runner need not be re-entrant; it may be destroyed with users running, and
/// then ends nothing.
class IterationRunner {
 public:
  virtual ~IterationRunner() = default;

  /// Once per run, on worker 0 only, before anything else. `done` gets what setup() returned, as text every runner can
  /// read, or the error. Never called before this returns.
  virtual void setup(std::function<void(Result<std::string>)> done) = 0;
  virtual void teardown(const std::string& setup_data, std::function<void(Result<void>)> done) = 0;
  /// Before the first user: hands over what setup() returned.
  virtual void set_setup_data(const std::string& setup_data) = 0;

  /// Makes a user of plan.scenarios[scenario]. Costs nothing yet: its coroutine and on_start come with the first
  /// iteration.
  virtual void add_user(UserNumber user, std::size_t scenario) = 0;
  /// Starts an iteration of an idle user; ends with iteration_ended(), perhaps before this returns.
  virtual void begin(UserNumber user, const Iteration& iteration) = 0;
  /// Ends a running iteration at the wait it is parked on (iteration_ended with `interrupted` follows, perhaps at
  /// once).
  virtual void interrupt(UserNumber user) = 0;
  /// Runs on_stop of an idle user, then forgets it: user_retired() follows, perhaps at once. Its number may be added
  /// again later.
  virtual void retire(UserNumber user) = 0;

  /// The execution time limit of a script between two waits passed (called from the watchdog, any thread): break its
  /// loop.
  virtual void break_script() = 0;
  /// Increases whenever the runner enters or leaves a script; odd while inside. Any thread: the watchdog compares two
  /// readings.
  virtual std::uint64_t script_activity() const = 0;
};

/// What a runner is made from.
struct WorkerContext {
  unsigned index = 0, workers = 1;
  const profile::Plan* plan = nullptr;
  event::Loop* loop = nullptr;
  metrics::Recorder* recorder = nullptr;
  RunPort* run = nullptr;
  RunnerEvents* events = nullptr;
};
using RunnerFactory = std::function<Result<std::unique_ptr<IterationRunner>>(const WorkerContext&)>;

}  // namespace thresher::engine
