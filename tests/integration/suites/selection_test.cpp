// What a profile chooses out of everything that ships.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "support/subprocess.h"

using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kSource = THRESHER_SOURCE_DIR;
using Names = std::set<std::string>;

/// "scenario/task" of every task in `scenarios` that one of the tags stands on; of every task when there are no tags.
Names tasks_of(const json& scenarios, const std::set<std::string>& wanted) {
  Names names;
  for (const json& scenario : scenarios) {
    for (const json& task : scenario.at("tasks")) {
      bool chosen = wanted.empty();
      for (const std::string tag : task.at("tags")) chosen = chosen || wanted.contains(tag);
      if (chosen) names.insert(scenario.at("name").get<std::string>() + "/" + task.at("name").get<std::string>());
    }
  }
  return names;
}

/// The scenarios of a run's plan. Whether its requests find anybody does not matter here.
json planned(std::vector<std::string> selection) {
  const ScratchFolder folder;
  std::vector<std::string> arguments{
      "rehearse", kSource + "/scripts", "--users", "8",          "--run-time", "1s",     "--stop-timeout",
      "1s",       "--no-preflight",     "--quiet", "--stand-in", "leveredge",  "--json", folder.path() + "/plan.json"};
  arguments.insert(arguments.end(), selection.begin(), selection.end());
  const Finished run = run_thresher(arguments);
  INFO(run.out << run.err);
  REQUIRE(folder.has("plan.json"));
  return json::parse(folder.read("plan.json")).at("plan").at("scenarios");
}

}  // namespace

TEST_CASE("the stress profile runs exactly the tasks that stress or throughput is written on",
          "[integration][suites]") {
  const Finished list = run_thresher({"list", kSource + "/scripts", "--json"});
  INFO(list.err);
  REQUIRE(list.exit_code == 0);
  const json listed = json::parse(list.out);
  const json& catalogue = listed.is_array() ? listed : listed.at("scenarios");
  const Names expected = tasks_of(catalogue, {"stress", "throughput"});
  CHECK(expected == Names{"event_bus_throughput/publish", "health_stress/event bus"});
  CHECK(tasks_of(planned({"--profile", kSource + "/profiles/stress.toml"}), {}) == expected);
  CHECK(tasks_of(catalogue, {}).size() > 20);
}

TEST_CASE("tags may be separated by commas or blanks, as the public suite writes them", "[integration][suites]") {
  const Names both = tasks_of(planned({"--tags", "stress,throughput"}), {});
  CHECK(both.size() == 2);
  CHECK(tasks_of(planned({"--tags", "stress throughput"}), {}) == both);
}
