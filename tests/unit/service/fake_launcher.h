#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/load_launcher.h"

namespace thresher::test {

/// Loads that do what a test says.
class FakeLauncher final : public service::LoadLauncher {
 public:
  struct Started {
    service::LoadRequest request;
    service::LoadEvents events;
    bool stopped = false, alive = true;
    service::LoadProgress progress;

    void tell(std::string_view line) const { events.on_history(line); }
    void finish(service::LoadOutcome outcome = {}) const {
      const auto done = events.on_done;  // the load, and this function's own copy with it, may go
      done(std::move(outcome));
    }
  };

  Result<std::unique_ptr<service::Load>> start(service::LoadRequest request, service::LoadEvents events) override {
    if (!refusal.empty()) return fail(ErrorCode::plugin, refusal);
    started.push_back(std::make_shared<Started>(Started{std::move(request), std::move(events), false, true, {}}));
    return std::make_unique<FakeLoad>(started.back());
  }

  std::vector<std::shared_ptr<Started>> started;
  std::string refusal;

 private:
  class FakeLoad final : public service::Load {
   public:
    explicit FakeLoad(std::shared_ptr<Started> started) : started_(std::move(started)) {}
    ~FakeLoad() override { started_->alive = false; }
    service::LoadProgress progress() const override { return started_->progress; }
    void stop() override { started_->stopped = true; }

   private:
    std::shared_ptr<Started> started_;
  };
};

}  // namespace thresher::test
