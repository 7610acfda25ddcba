// Workflows as an open-model load, rehearsed.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "support/subprocess.h"

using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

TEST_CASE("a stream submits every workflow of its rate, each once, and the oracle follows all to their end",
          "[integration][farm]") {
  const ScratchFolder folder;
  const std::string script = std::string(THRESHER_SOURCE_DIR) + "/scripts/farm_stress.lua";
  const Finished run = run_thresher({"rehearse", script, "--tags", "stream", "--rate", "5", "--run-time", "20s",
                                     "--seed", "7", "--history", "h.jsonl", "--json", "r.json"},
                                    {}, folder.path());
  INFO(run.out + run.err);
  CHECK(run.exit_code == 0);
  std::set<std::string> submitted, ended;
  std::istringstream lines(folder.read("h.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const json event = json::parse(line);
    if (event["event"] == "workflow") CHECK(submitted.insert(event["workflow"]).second);
    if (event["event"] == "result") ended.insert(event["item"]);
  }
  CHECK(submitted.size() == 100);
  CHECK(ended == submitted);
  CHECK(json::parse(folder.read("r.json"))["oracle"]["violation_count"] == 0);
}
