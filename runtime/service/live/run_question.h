#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "control/client.h"
#include "event/loop.h"
#include "event/timer.h"

namespace thresher::service {

/// One thing asked of a run over a connection of its own. A watch is answered by its `begin`.
class RunQuestion final : private control::ClientEvents {
 public:
  /// `done` is called once, not before this returns, on the loop's thread; the question must outlive that call.
  RunQuestion(event::Loop& loop, const std::filesystem::path& socket, const control::Order& order, Nanoseconds limit,
              std::function<void(RunQuestion&, Result<std::string>)> done);

 private:
  void on_event(std::string_view event, std::string_view data) override;
  void on_closed() override;
  void answer(Result<std::string> result);

  std::function<void(RunQuestion&, Result<std::string>)> done_;
  event::Timer limit_;
  std::unique_ptr<control::Client> client_;
};

}  // namespace thresher::service
