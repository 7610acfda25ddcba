#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "plugin/option_schema.h"
#include "service/load_book.h"
#include "service/router.h"

namespace thresher::service {

/// POST /api/agents/run-stress-test: a fleet and a scenario pushed to a platform, polled to the end and judged, all by
/// the engine (task `push` of scripts/farm_stress.lua). Answered when it has ended, or with 202 at once when
/// wait_for_completion is false; either way the run is in the history under its run_id.
class StressTests {
 public:
  struct Setting {
    std::string platform_url;  ///< of bodies without target_url; may be empty
    std::string version;
  };

  /// `book` outlives it.
  static Result<std::unique_ptr<StressTests>> create(event::Loop& loop, LoadBook& book, Setting setting);

  void add_to(Router& router);

 private:
  StressTests(event::Loop& loop, LoadBook& book, Setting setting, plugin::OptionSchema schema);
  void run(Call& call);

  event::Loop& loop_;
  LoadBook& book_;
  Setting setting_;
  plugin::OptionSchema schema_;
};

}  // namespace thresher::service
