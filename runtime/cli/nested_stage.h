#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/run.h"
#include "event/loop.h"

namespace thresher::cli {

/// Where the scenarios of `thresher nested` run, one after another: on this machine's sockets, with the stand-in on its
/// port when it was asked for, or in a rehearsal's virtual time, in which the stand-in always serves.
class NestedStage {
 public:
  /// `stand_in`: "gateway" or "gateway={json}"; empty: none, in a rehearsal the gateway with its defaults.
  static Result<std::unique_ptr<NestedStage>> set(const std::string& stand_in, bool rehearsal, std::uint64_t seed);
  virtual ~NestedStage() = default;

  /// For one run at a time; destroyed before the stage.
  virtual std::unique_ptr<event::Loop> make_coordinator() = 0;
  virtual engine::Fabric fabric() = 0;
  virtual bool is_rehearsal() const = 0;
};

}  // namespace thresher::cli
