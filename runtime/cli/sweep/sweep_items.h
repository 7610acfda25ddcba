#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace thresher::cli {

/// One run of a sweep, as a command line of this program.
struct SweepItem {
  std::string id;                      ///< follows from the rest: every process makes the same
  std::string label;                   ///< what people read: "login.lua light DEPTH=3 #2"
  std::vector<std::string> arguments;  ///< from "run" on; files are absolute, but for those the worker adds
  std::string document;                ///< of `thresher nested`: its scenario file; empty: a run
};

/// What several processes do together. A process that starts later adds nothing and takes what is left.
struct Sweep {
  std::string name;
  std::filesystem::path folder;  ///< of its state: recovery.db and work/
  Nanoseconds lease{};
  int max_retries = 3;
  std::vector<SweepItem> items;
  bool keep_all = false;  ///< also of runs that ended well: what they printed, and their result
};

/// Reads a matrix (TOML, profile/sweep_file.h) or a scenario file of `thresher nested` (JSON: an object or a list).
/// `further`: arguments for every run. The state lies beside the file, in NAME.sweep/. Errors name file and line.
Result<Sweep> read_sweep_items(const std::filesystem::path& file, const std::vector<std::string>& further);

}  // namespace thresher::cli
