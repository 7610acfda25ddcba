#pragma once

// Private to the room: toxics that let every byte through, later.

#include <memory>

#include "proxy/stage.h"

namespace thresher::proxy {

std::unique_ptr<Stage> make_latency_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers);
std::unique_ptr<Stage> make_bandwidth_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers);
std::unique_ptr<Stage> make_slow_close_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers);
std::unique_ptr<Stage> make_slicer_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers);

}  // namespace thresher::proxy
