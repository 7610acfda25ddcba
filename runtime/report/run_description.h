#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "profile/plan.h"
#include "report/judgement.h"

namespace thresher::report {

struct SecondSeries;

/// A file that a run writes.
struct RunFile {
  std::string kind;  ///< "html", "csv", "json", "history" ...: what is in it
  std::string path;  ///< absolute
};

/// What reports say about a run besides its figures. Fixed before it starts.
struct RunDescription {
  const profile::Plan* plan = nullptr;
  std::string command_line;                                       ///< as typed, for a person to repeat
  std::string version;                                            ///< of thresher
  std::vector<std::pair<std::string, std::string>> dependencies;  ///< name, version
  std::string host;                                               ///< --host, or empty
  bool rehearsal = false;
  std::vector<RunFile> files;  ///< that it writes, so that who finds the report finds them too
  /// Of a run that was killed and goes on: its parts count from 1. What is written line by line goes to a file of its
  /// own in each part (part_of()), what is written at the end tells of all of them.
  unsigned part = 1;
  Nanoseconds elapsed_before{};                  ///< of load, in the parts before this one
  const SecondSeries* seconds_before = nullptr;  ///< their seconds; null: none
  WallTime created{};                            ///< when it was made ...
  TimePoint created_at{};  ///< ... and the same instant on the clock that samples are stamped with
  const Judgement* judgement =
      nullptr;  ///< of the run's history, filled while it goes on; null: no validator was asked
};

/// Tells runs apart and is the same for the same run: 16 hexadecimal digits of its seed, start and command line.
std::string id_of(const RunDescription& run);

}  // namespace thresher::report
