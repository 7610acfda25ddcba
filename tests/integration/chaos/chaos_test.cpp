// `thresher chaos`: the seven scenarios against the kit, and what a failure leaves.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/subprocess.h"

using namespace thresher::support;
using Catch::Matchers::Contains;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

Finished in(const ScratchFolder& folder, const std::string& command, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), command);
  return run_thresher(std::move(arguments), {}, folder.path());
}

/// A matrix of one scenario that fails with odd seeds, in a folder whose scripts come before those shipped.
void write_fickle(const ScratchFolder& folder) {
  folder.write("scripts/chaos/01_fickle.lua", R"(-- Fickle: fails with odd seeds.
local thresher = require "thresher"
local fickle = thresher.scenario { name = "fickle", preflight = false }
fickle:task { "try", function()
  local kit = thresher.recovery(thresher.env "CHAOS_FOLDER" .. "/kit.db")
  kit:checkpoint { task = "fickle", state = { answer = 42 } }
  kit:add { task = "fickle", id = "an item" }
  thresher.check(nil, { ["the seed is even"] = tonumber(thresher.env "CHAOS_FOLDER":match("%d+$")) % 2 == 0 })
end }
return fickle
)");
}

}  // namespace

TEST_CASE("the recovery kit survives the chaos matrix", "[integration][chaos]") {
  const ScratchFolder folder;
  const Finished ended = in(folder, "chaos", {"--seed", "42", "--json", "matrix.json", "--markdown", "matrix.md"});
  INFO(ended.out);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  const Json matrix = Json::parse(folder.read("matrix.json"));
  REQUIRE(matrix.at("scenarios").size() == 7);
  for (const Json& scenario : matrix.at("scenarios")) {
    INFO(scenario.dump());
    CHECK(scenario.at("status") == "PASS");
    CHECK(scenario.at("runs") == 1);
    CHECK(scenario.at("key_assertions").size() >= 5);
  }
  CHECK_THAT(folder.read("matrix.md"), Contains("| Scenario | Description | Key Assertions | Pass Rate | Status |") &&
                                           Contains("| 1. Kill -9 recovery |") && Contains("✅"));
  CHECK_FALSE(folder.has("artifacts"));
}

TEST_CASE("a pass rate is stated with its interval, and a failure with the seed that replays it",
          "[integration][chaos]") {
  const ScratchFolder folder;
  write_fickle(folder);
  const Finished ended =
      in(folder, "chaos", {"--seed", "10", "--repeat", "4", "--json", "m.json", "--min-pass", "0.75"});
  INFO(ended.err);
  CHECK(ended.exit_code == 99);
  CHECK_THAT(ended.out, Contains("2 of 4") && Contains("50 %  FAIL") && Contains("passes in 15 % to 85 % of runs") &&
                            Contains("failed: the seed is even") && Contains("replay: thresher chaos 1 --seed 11"));
  const Json row = Json::parse(folder.read("m.json")).at("scenarios")[0];
  CHECK(row.at("failed_seeds") == Json({11, 13}));
  CHECK(row.at("pass_rate") == 0.5);
  CHECK(in(folder, "chaos", {"--seed", "10", "--repeat", "4", "--min-pass", "0.5", "-q"}).exit_code == 0);
  CHECK(in(folder, "chaos", {"--seed", "11"}).exit_code == 99);
  CHECK(in(folder, "chaos", {"--seed", "12"}).exit_code == 0);
}

TEST_CASE("a failure's evidence is kept in a folder of its own, and can be read", "[integration][chaos]") {
  const ScratchFolder folder;
  write_fickle(folder);
  CHECK(in(folder, "chaos", {"--seed", "10", "--repeat", "2"}).exit_code == 99);
  const std::string kept = "artifacts/chaos-failures/01-11/";
  for (const char* file : {"evidence.json", "kit.db", "history.ndjson", "log.txt", "command.txt", "result.json"})
    CHECK(folder.has(kept + file));
  CHECK_FALSE(folder.has("artifacts/chaos-failures/01-10"));
  const Json evidence = Json::parse(folder.read(kept + "evidence.json"));
  CHECK(evidence.at("replay") == "thresher chaos 1 --seed 11");
  const Json& store = evidence.at("stores").at("kit.db");
  CHECK(store.at("pragmas").at("journal_mode") == "wal");
  CHECK(store.at("pragmas").at("integrity_check") == "ok");
  CHECK(store.at("row_counts").at("checkpoints") == 1);
  CHECK(store.at("checkpoints")[0].at("snapshot_data") == R"({"answer":42})");
  CHECK(store.at("active_work_items")[0].at("work_item_id") == "an item");
  CHECK(store.at("lock") == "free");
  CHECK(store.at("errors").empty());

  const Finished read = in(folder, "evidence", {});
  CHECK(read.exit_code == 0);
  CHECK_THAT(read.out, Contains("replay    thresher chaos 1 --seed 11") && Contains("failed    the seed is even") &&
                           Contains("last checkpoint: task fickle, number 1"));
  const Finished nothing = in(folder, "evidence", {"scripts"});
  CHECK(nothing.exit_code == 104);
  CHECK_THAT(nothing.err, Contains("there is no evidence.json in 'scripts'"));
}

TEST_CASE("a chaos scenario that is not there is named", "[integration][chaos]") {
  const ScratchFolder folder;
  const Finished ended = in(folder, "chaos", {"9"});
  CHECK(ended.exit_code == 104);
  CHECK_THAT(ended.err, Contains("there is no chaos scenario 9"));
}
