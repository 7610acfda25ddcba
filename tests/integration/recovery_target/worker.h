#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/subprocess.h"

namespace recovery_test {

/// scripts/recovery_worker.lua, by `thresher run` or `thresher rehearse`: how it ended, its JSON report, its history.
struct Worked {
  thresher::support::Finished finished;
  nlohmann::json report;

  int fails_of(const std::string& check) const;  ///< -1: the check was never made
  /// Violations that a check of the oracle has told.
  std::uint64_t violations_of(const std::string& check) const;
};

/// `options`: of the stand-in, without braces.
Worked work(const std::string& command, const std::string& options, std::vector<std::string> arguments);

}  // namespace recovery_test
