#pragma once

#include <memory>

#include "history/event.h"
#include "oracle/case.h"
#include "oracle/docket.h"
#include "oracle/settings.h"
#include "oracle/workflow_book.h"

namespace oracle {

/// One rule that platforms are held to. A court shows every check the whole history, in its order: first each event as
/// heard(), while the book still stands as it stood before; then, for the terminal answer to an item in flight, the
/// matched case as answered(). finding() comes once, after the last event, and may tell late violations.
class Check {
 public:
  virtual ~Check() = default;
  virtual void heard(const history::Event&) {}
  virtual void answered(const Case&) {}
  virtual thresher::Finding finding() = 0;
};

/// What a check is made with; all of it outlives the check.
struct Bench {
  const RunFacts& run;
  const Settings& settings;
  const WorkflowBook& book;
  Clerk& clerk;

  Docket docket(std::string_view check) const { return Docket(check, run, clerk, settings.witness_limit); }
};

}  // namespace oracle
