#include "cli/stand_in_thread.h"

#include <future>

#include "event/uv_loop.h"

namespace thresher::cli {

Result<std::vector<std::unique_ptr<service::StandIn>>> start_stand_ins(event::Loop& loop,
                                                                       const std::vector<WantedStandIn>& wanted,
                                                                       std::uint64_t seed) {
  std::vector<std::unique_ptr<service::StandIn>> started;
  for (const WantedStandIn& stand_in : wanted) {
    service::StandInOptions options;
    options.config = stand_in.config;
    options.seed = seed;
    auto one = service::StandIn::start(loop, *stand_in.type, options);
    if (!one) return fail(std::move(one.error()));
    started.push_back(std::move(*one));
  }
  return started;
}

Result<std::unique_ptr<StandInThread>> StandInThread::start(std::vector<WantedStandIn> wanted, std::uint64_t seed) {
  std::unique_ptr<StandInThread> made(new StandInThread);
  std::promise<Result<event::Loop*>> ready;
  std::future<Result<event::Loop*>> listening = ready.get_future();
  made->thread_ = std::thread([wanted = std::move(wanted), seed, ready = std::move(ready)]() mutable {
    const std::unique_ptr<event::Loop> loop = event::make_uv_loop();
    const auto stand_ins = start_stand_ins(*loop, wanted, seed);
    if (!stand_ins) return ready.set_value(fail(stand_ins.error()));
    ready.set_value(loop.get());
    loop->run();
  });
  const Result<event::Loop*> loop = listening.get();
  if (!loop) return fail(loop.error());  // the thread has ended; the destructor joins it
  made->loop_ = *loop;
  return made;
}

StandInThread::~StandInThread() {
  if (loop_ != nullptr) loop_->stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace thresher::cli
