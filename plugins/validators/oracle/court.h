#pragma once

#include <memory>
#include <string>
#include <vector>

#include "history/event.h"
#include "oracle/agent_board.h"
#include "oracle/case.h"
#include "oracle/check.h"

namespace oracle {

/// All checks of one history, with what they share: the book, the agents' timelines, the matching of answers.
class Court {
 public:
  Court(const Settings& settings, Clerk& clerk);
  ~Court();
  Court(const Court&) = delete;
  Court& operator=(const Court&) = delete;

  /// In the order of the history. Throws history::BadEvent.
  void hear(const history::Event& event);
  /// After the last event: late violations, then each check's finding.
  void close();

  const RunFacts& run() const { return run_; }

 private:
  void answer(const Item& item, const history::Answer& answer, std::int64_t t);
  history::Instant horizon(std::int64_t now);

  const Settings settings_;
  Clerk& clerk_;
  RunFacts run_;
  WorkflowBook book_;
  CaseFile file_;
  std::vector<std::unique_ptr<Check>> checks_;
  std::unique_ptr<AgentBoard> board_;
  history::Nanoseconds clock_lead_{};  ///< at least so far is the platform's clock ahead of ours
  bool clock_known_ = false;
};

}  // namespace oracle
