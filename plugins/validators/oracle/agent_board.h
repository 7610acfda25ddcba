#pragma once

#include <deque>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "history/document.h"
#include "history/instant.h"
#include "oracle/docket.h"
#include "oracle/workflow_book.h"

namespace oracle {

/// An attempt that an agent made.
struct Work {
  std::shared_ptr<const history::Workflow> graph;
  std::uint32_t task = 0;
  bool calls = false;  ///< counts against the agent's rate of API calls
  history::Instant begin, end;
  history::Instant ready;           ///< when it could have begun; unknown: nobody asks
  history::Nanoseconds patience{};  ///< how long it may have waited although the agent was free
};

/// Hears what an agent's timeline shows.
class AgentWatcher {
 public:
  /// `open` are the works under way at the beginning of the last of them, more than the agent may have.
  virtual void on_overload(const history::Agent&, const std::vector<Work>& /*open*/) {}
  /// `begins` are those of API calls within one window, more than the agent may make.
  virtual void on_overrate(const history::Agent&, const Work&, const std::deque<history::Instant>& /*begins*/) {}
  /// `work` was ready, and its agent had a free slot from `from` to `until`, longer than its patience.
  virtual void on_idle(const history::Agent&, const Work&, history::Instant /*from*/, history::Instant /*until*/) {}

 protected:
  ~AgentWatcher() = default;
};

/// The agents' timelines, put together from answers that come in any order. Answers overlap, so an instant of the
/// platform's clock is settled only once no item in flight can still have begun before it: the horizon. Works are kept
/// until it has passed them, so memory follows the work in flight.
class AgentBoard {
 public:
  /// rate_window: of Settings. The run's facts and the watchers outlive the board.
  AgentBoard(const RunFacts& run, history::Nanoseconds rate_window, std::vector<AgentWatcher*> watchers)
      : run_(run), rate_window_(rate_window), watchers_(std::move(watchers)) {}

  void add(const history::Agent& agent, Work work);
  /// Settles every agent that has gathered enough to be worth it.
  void advance(history::Instant horizon);
  /// Settles everything.
  void close();

 private:
  struct Line {
    history::Agent agent;
    std::vector<Work> gathered;  ///< not settled, in no order
    std::vector<Work> open;      ///< settled and not over at the last beginning
    std::vector<Work> over;      ///< settled and over, as long as a later work may have been ready meanwhile
    std::deque<history::Instant> calls;
    std::size_t worth_it = kFirst;  ///< settle when this many are gathered
    bool overloaded = false, overrated = false;
  };
  static constexpr std::size_t kFirst = 256;

  void settle(Line& line, history::Instant horizon);
  void begin(Line& line, const Work& work);
  void count_call(Line& line, const Work& work);
  void look_for_idleness(const Line& line, const Work& work) const;

  const RunFacts& run_;
  history::Nanoseconds rate_window_;
  std::vector<AgentWatcher*> watchers_;
  ByText<Line> lines_;
};

}  // namespace oracle
