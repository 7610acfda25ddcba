#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace thresher::profile {

/// A matrix of runs, as data:
///
/// ```toml
/// scenarios = ["nested_workflow.lua"]       # files beside this one; each alone is a run
/// profiles  = ["light", "stress"]           # optional
/// repeats   = 3                             # of every combination; default 1
/// seed      = 7                             # of the first repeat, one more for each further; default: random
/// arguments = ["--stand-in", "gateway"]     # of every run
/// rehearse  = false                         # true: in virtual time, against the stand-ins
/// lease     = "30s"                         # a run whose process does not report for so long is another's
/// max_retries = 3                           # of a run that died
///
/// [parameters]                              # what the scripts read with thresher.env; every combination is a run
/// DEPTH = [1, 3, 6]
/// WIDTH = [2, 3]
/// ```
struct SweepFile {
  using Parameter = std::pair<std::string, std::string>;

  std::string name;                              ///< the file's, without its ending
  std::vector<std::filesystem::path> scenarios;  ///< one at least
  std::vector<std::string> profiles;             ///< empty: none
  std::int64_t repeats = 1;                      ///< 1 to 10,000
  std::optional<std::uint64_t> seed;
  std::vector<std::string> arguments;
  bool rehearse = false;
  Nanoseconds lease = std::chrono::seconds(30);  ///< 1 s to a day
  int max_retries = 3;                           ///< 0 to 100
  std::vector<std::pair<std::string, std::vector<std::string>>>
      parameters;  ///< each with its values, in the file's order
};

/// One run of the matrix.
struct SweepCell {
  std::filesystem::path scenario;
  std::string profile;  ///< empty: none
  std::vector<SweepFile::Parameter> parameters;
  std::int64_t repeat = 1;  ///< from 1
  std::optional<std::uint64_t> seed;
};

inline constexpr std::size_t kMostCells = 100'000;

/// Errors carry file:line. `folder`: where the file lies.
Result<SweepFile> parse_sweep(std::string_view toml, const std::string& file_name, const std::filesystem::path& folder);
Result<SweepFile> load_sweep(const std::filesystem::path& file);

/// Every combination, the first axis slowest: scenario, profile, parameters, repeat. More than kMostCells is an error.
Result<std::vector<SweepCell>> cells_of(const SweepFile& sweep);

}  // namespace thresher::profile
