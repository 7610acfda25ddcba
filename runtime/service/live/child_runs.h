#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/loop.h"
#include "event/process.h"
#include "event/timer.h"
#include "service/answer.h"
#include "service/live/form.h"
#include "service/live/helper.h"
#include "service/live/live_runs.h"

namespace thresher::service {

class ChildRun;

/// The runs that were started here: each a process `thresher run ...` (or rehearse), which this starts, finds the id of
/// by its socket, and waits for. They end with the host: by a signal when it is asked to end, else by the kernel.
///
/// | state    | event                               | next     | why                                             |
/// |----------|-------------------------------------|----------|-------------------------------------------------|
/// | starting | a socket of its process is there    | going on | `started` gets its id                           |
/// | starting | it ended, and left a report         | ended    | it was too short to be seen: `started` all the same |
/// | starting | it ended otherwise                  | ended    | `started` gets what it printed                  |
/// | going on | it ended                            | ended    |                                                 |
class ChildRuns {
 public:
  /// `live` and `program` outlive it. `reports`: where the folders of the reports are made.
  ChildRuns(event::Loop& loop, LiveRuns& live, const Program& program, std::filesystem::path reports);
  ~ChildRuns();  ///< kills what still goes on
  ChildRuns(const ChildRuns&) = delete;
  ChildRuns& operator=(const ChildRuns&) = delete;

  /// The run's id, or why there is none: invalid_argument with what it printed, else the system's reason. Once.
  using Started = std::function<void(Result<std::string>)>;
  /// A run of the page's: its report goes into a folder of its own under `reports`.
  void start(const Form& form, Started started);
  /// `thresher ARGUMENTS` at this terminal, as if it had been typed: Ctrl-C reaches it too. `ended` after `started`.
  void start_at_terminal(std::vector<std::string> arguments, Started started,
                         std::function<void(const event::ProcessEnd&)> ended);

  /// SIGINT to all: their reports still come. No more are started. `on_none_left` once the last has ended, perhaps at
  /// once.
  void interrupt_all(std::function<void()> on_none_left);
  /// Passes a signal on to the one at the terminal. False: there is none.
  bool signal_terminal_run(int number);
  std::size_t going_on() const { return children_.size(); }

  /// What can be said of a run whose connection ended without a word.
  Json obituary(const std::string& id) const;

 private:
  friend class ChildRun;
  void launch(std::unique_ptr<ChildRun> child, event::ProcessOptions options);
  void look_for_sockets(TimePoint now);
  void identify(const std::string& id, int tries);
  void ended(ChildRun& child);

  event::Loop& loop_;
  LiveRuns& live_;
  const Program& program_;
  std::filesystem::path reports_;
  std::vector<std::unique_ptr<ChildRun>> children_;
  event::Timer look_;
  bool stopping_ = false;
  std::function<void()> on_none_left_;
  std::shared_ptr<bool> alive_;  ///< as in LiveRuns
};

}  // namespace thresher::service
