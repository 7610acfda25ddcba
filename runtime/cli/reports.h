#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"
#include "cli/run_options.h"
#include "engine/run.h"
#include "plugin/registry.h"
#include "report/output.h"
#include "report/run_description.h"

namespace thresher::cli {

/// The files a command line asked for, opened before anything is sent.
class Reports {
 public:
  /// `run` must outlive them.
  static Result<Reports> open(const RunOptions& options, const plugin::Registry& plugins,
                              const report::RunDescription& run);

  void observe(engine::Run& run) const;
  /// Writes what is written at the end. The error is the first there was; the other files are written all the same.
  Result<void> conclude(const engine::RunSummary& summary) const;
  std::vector<std::filesystem::path> files() const;

 private:
  std::vector<std::unique_ptr<report::Output>> outputs_;
};

}  // namespace thresher::cli
