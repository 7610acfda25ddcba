#include "nested.h"

#include <algorithm>
#include <catch2/catch.hpp>

using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace nested {

Ran run_nested(std::vector<std::string> arguments, std::map<std::string, std::string> environment,
               const std::string& folder) {
  arguments.insert(arguments.begin(), "nested");
  Ran ran{run_thresher(std::move(arguments), std::move(environment), folder), {}};
  ran.report = json::parse(ran.finished.out, nullptr, false);
  return ran;
}

Ran rehearse_nested(const std::string& stand_in, std::vector<std::string> arguments) {
  std::vector<std::string> all{"--rehearse", "--stand-in", "gateway={" + stand_in + "}", "--seed", "7", "--quiet"};
  const auto said = [&](const char* flag) {
    return std::find(arguments.begin(), arguments.end(), flag) != arguments.end();
  };
  if (!said("--target")) all.insert(all.end(), {"--target", "demo-agent.synthetic_nested"});
  if (!said("--requests")) all.insert(all.end(), {"--requests", "20"});
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_nested(std::move(all));
}

json rehearse_script(const std::string& stand_in, std::vector<std::string> arguments) {
  const ScratchFolder folder;
  std::vector<std::string> all{"rehearse",
                               std::string(THRESHER_SOURCE_DIR) + "/scripts/nested_workflow.lua",
                               "--seed",
                               "7",
                               "--stand-in",
                               "gateway={" + stand_in + "}",
                               "--no-color",
                               "--json",
                               folder.path() + "/out.json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const Finished run = run_thresher(std::move(all));
  INFO(run.out << run.err);
  REQUIRE(folder.has("out.json"));
  return json::parse(folder.read("out.json"));
}

int fails_of(const json& report, const std::string& check) {
  int fails = -1;
  for (const json& each : report["checks"])
    if (each["name"] == check) fails = std::max(fails, 0) + each["fails"].get<int>();
  return fails;
}

}  // namespace nested
