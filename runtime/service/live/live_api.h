#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "event/loop.h"
#include "service/live/child_runs.h"
#include "service/live/live_runs.h"
#include "service/router.h"
#include "store/run_store.h"

namespace thresher::service {

/// The endpoints under /api/live: runs are started, watched and steered. What it is given outlives it.
class LiveApi {
 public:
  /// `store`: where notes about runs go that have ended; may be null.
  LiveApi(LiveRuns& live, ChildRuns& children, store::RunStore* store)
      : live_(live), children_(children), store_(store) {}

  void add_to(Router& router);

 private:
  void start(Call& call);
  void list(Call& call);
  void show(Call& call);
  void events(Call& call);
  void steer(Call& call, control::Order::Kind kind);
  void scale(Call& call);
  void note(Call& call);
  void obey(Call& call, const control::Order& order);

  LiveRuns& live_;
  ChildRuns& children_;
  store::RunStore* store_;
};

}  // namespace thresher::service
