#pragma once

// Private to the room: toxics that lose, change or cut off what passes.

#include <memory>

#include "proxy/stage.h"

namespace thresher::proxy {

std::unique_ptr<Stage> make_timeout_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers);
std::unique_ptr<Stage> make_reset_peer_stage(const Toxic& toxic, const StageKey& key, event::TimerQueue& timers);
std::unique_ptr<Stage> make_limit_data_stage(const Toxic& toxic, const StageKey& key);
std::unique_ptr<Stage> make_corrupt_stage(const Toxic& toxic, const StageKey& key);

}  // namespace thresher::proxy
