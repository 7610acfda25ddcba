#include "worker.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace recovery_test {

using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

Worked work(const std::string& command, const std::string& options, std::vector<std::string> arguments) {
  const ScratchFolder folder;
  std::vector<std::string> all{command,
                               std::string(THRESHER_SOURCE_DIR) + "/scripts/recovery_worker.lua",
                               "--stand-in",
                               "recovery={" + options + "}",
                               "--no-color",
                               "--json",
                               folder.path() + "/out.json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Worked worked{run_thresher(std::move(all)), {}};
  INFO(worked.finished.out << worked.finished.err);
  REQUIRE(folder.has("out.json"));
  worked.report = nlohmann::json::parse(folder.read("out.json"));
  return worked;
}

int Worked::fails_of(const std::string& check) const {
  int fails = -1;
  for (const auto& each : report["checks"])
    if (each["name"] == check) fails = std::max(fails, 0) + each["fails"].get<int>();
  return fails;
}

std::uint64_t Worked::violations_of(const std::string& check) const {
  for (const auto& each : report["oracle"]["checks"])
    if (each["check"] == check) return each["violations"].get<std::uint64_t>();
  FAIL("the oracle has no check " << check);
  return 0;
}

}  // namespace recovery_test
