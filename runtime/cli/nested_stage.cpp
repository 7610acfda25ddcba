#include "cli/nested_stage.h"

#include <vector>

#include "cli/locations.h"
#include "cli/stand_in_thread.h"
#include "event/uv_loop.h"
#include "event/virtual_world.h"
#include "plugin/registry.h"

namespace thresher::cli {
namespace {

class RealStage final : public NestedStage {
 public:
  plugin::Registry plugins;  // before what is made of them

  Result<void> serve(std::vector<WantedStandIn> wanted, std::uint64_t seed) {
    auto thread = StandInThread::start(std::move(wanted), seed);
    if (!thread) return fail(std::move(thread.error()));
    stand_in_ = std::move(*thread);
    return {};
  }

  std::unique_ptr<event::Loop> make_coordinator() override { return event::make_uv_loop(); }
  engine::Fabric fabric() override {
    return {.make_loop = [](unsigned) { return event::make_uv_loop(); }, .threads = true, .process_cpu = {}};
  }
  bool is_rehearsal() const override { return false; }

 private:
  std::unique_ptr<StandInThread> stand_in_;
};

class VirtualStage final : public NestedStage {
 public:
  plugin::Registry plugins;  // before what is made of them

  Result<void> serve(const std::vector<WantedStandIn>& wanted, std::uint64_t seed) {
    auto started = start_stand_ins(*loop_, wanted, seed);
    if (!started) return fail(std::move(started.error()));
    stand_ins_ = std::move(*started);
    return {};
  }

  std::unique_ptr<event::Loop> make_coordinator() override { return world_.make_loop(); }
  engine::Fabric fabric() override {
    return {.make_loop = [this](unsigned) { return world_.make_loop(); }, .threads = false, .process_cpu = {}};
  }
  bool is_rehearsal() const override { return true; }

 private:
  event::VirtualWorld world_;
  std::unique_ptr<event::Loop> loop_ = world_.make_loop();  ///< the stand-in's
  std::vector<std::unique_ptr<service::StandIn>> stand_ins_;
};

template <class Stage>
Result<std::unique_ptr<NestedStage>> set_up(const std::string& stand_in, std::uint64_t seed) {
  auto stage = std::make_unique<Stage>();
  if (stand_in.empty()) return stage;
  if (auto loaded = load_plugins(stage->plugins, Locations::of_this_process(), {}); !loaded)
    return fail(std::move(loaded.error()));
  const std::size_t equals = stand_in.find('=');
  const auto type = stage->plugins.target(stand_in.substr(0, equals));
  if (!type) return fail(Error(type.error()));
  const std::string config = equals == std::string::npos ? "{}" : stand_in.substr(equals + 1);
  if (auto serving = stage->serve({{*type, config}}, seed); !serving) return fail(std::move(serving.error()));
  return stage;
}

}  // namespace

Result<std::unique_ptr<NestedStage>> NestedStage::set(const std::string& stand_in, bool rehearsal, std::uint64_t seed) {
  if (rehearsal) return set_up<VirtualStage>(stand_in.empty() ? "gateway" : stand_in, seed);
  return set_up<RealStage>(stand_in, seed);
}

}  // namespace thresher::cli
