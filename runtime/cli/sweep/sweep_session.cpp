#include "cli/sweep/sweep_session.h"

#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <utility>
#include <vector>

#include "cli/locations.h"
#include "cli/sweep/sweep_worker.h"
#include "event/uv_loop.h"
#include "store/owner.h"

namespace thresher::cli {

Result<bool> work_off(const Sweep& sweep, store::RecoveryStore& kit, std::function<void(const std::string&)> say) {
  const auto loop = event::make_uv_loop();
  const store::Owner us = store::Owner::of_this_process();
  SweepWorker worker(*loop, kit, sweep,
                     {.executable = this_executable().string(),
                      .holder = fmt::format("{}:{}.{}", us.machine, us.pid, us.started_ticks),
                      .say = std::move(say)});
  Result<void> ended;
  worker.start([&](Result<void> result) {
    ended = std::move(result);
    loop->stop();
  });
  bool interrupted = false;
  std::vector<std::unique_ptr<event::SignalWatch>> watches;
  for (const int number : {SIGINT, SIGTERM})
    watches.push_back(event::watch_signal(*loop, number, [&](int) {
      if (!std::exchange(interrupted, true)) fmt::print(stderr, "\nstopping: the run in progress is given back\n");
      worker.stop();
    }));
  loop->run();
  if (!ended) return fail(std::move(ended.error()));
  return interrupted;
}

}  // namespace thresher::cli
