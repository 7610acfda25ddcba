#pragma once

#include <map>
#include <string>

#include "support/subprocess.h"

namespace thresher::test {

/// A script whose one task runs once, with `thresher`, `kit` (the default one) and `user` at hand.
inline std::string once(const std::string& body) {
  return "local thresher = require 'thresher' local kit = thresher.recovery() "
         "local s = thresher.scenario { name = 'flow', preflight = false } s:task { 'step', function(user)\n" +
         body + "\nend }\n";
}

/// Arguments that run a script once.
inline std::vector<std::string> run_arguments(const std::string& script, const std::string& command = "run") {
  return {support::thresher_binary(),
          command,
          script,
          "--users",
          "1",
          "--iterations",
          "1",
          "--workers",
          "1",
          "--no-history",
          "--no-color"};
}

/// The run came to its end. A busy machine may make its measurement invalid (121), which is no concern of these tests.
inline bool ended_well(const support::Finished& run) { return run.exit_code == 0 || run.exit_code == 121; }

/// Runs a task's body in a `thresher run` of its own to its end.
inline support::Finished run_once(const support::ScratchFolder& folder, const std::string& body,
                                  std::map<std::string, std::string> environment = {}) {
  environment.try_emplace("THRESHER_RECOVERY", folder.path() + "/kit.db");
  support::Subprocess run(run_arguments(folder.write("flow.lua", once(body))), std::move(environment), folder.path());
  return run.finish();
}

}  // namespace thresher::test
