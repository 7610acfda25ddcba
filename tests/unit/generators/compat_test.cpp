#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "canonical.h"
#include "farm_plugin.h"

namespace {

struct Vector {
  std::string product, query, hash;
};

/// golden/public_hashes.tsv: product, parameters, and the hash of the document that the algorithm of the Farm contract
/// gives, computed by an independent implementation of it on CPython's own random module.
std::vector<Vector> golden() {
  std::ifstream file(GOLDEN "/public_hashes.tsv");
  std::vector<Vector> all;
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    all.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return all;
}

std::string compat(const std::string& query) { return query + (query.empty() ? "" : "&") + "compat=true"; }

}  // namespace

TEST_CASE("compat documents are the public generator's, to the byte", "[generators]") {
  FarmPlugin farm;
  const auto vectors = golden();
  REQUIRE(vectors.size() > 500);
  for (const Vector& vector : vectors) {
    INFO(vector.product << "?" << vector.query);
    const std::string made = farm.text(vector.product, compat(vector.query));
    INFO(made.substr(0, 2000));
    REQUIRE(sha256_prefix(canonical(made)) == vector.hash);
  }
}

TEST_CASE("compat gives the hashes that the contract lists", "[generators]") {
  FarmPlugin farm;
  const auto hash = [&](std::string_view product, const std::string& query) {
    return sha256_prefix(canonical(farm.text(product, compat(query))));
  };
  CHECK(hash("fleet", "scale=small&seed=12345") == "d2f39fee43fb8db3");
  CHECK(hash("workflow", "workflow_type=linear&num_tasks=6&chaos_rate=0.2&seed=12345") == "96f206eba105a34a");
  CHECK(hash("batch", "count=5&chaos_rate=0.2&seed=13345") == "dee684fba4fbc7b0");
}

TEST_CASE("compat fleet 12345 begins with the contract's agents", "[generators]") {
  FarmPlugin farm;
  const auto fleet = farm.json("fleet", "compat=true");
  CHECK(fleet["fleet_id"] == "fleet-12345-small");
  CHECK(fleet["distribution"]["by_type"] ==
        nlohmann::json{{"planner", 1}, {"worker", 5}, {"specialist", 2}, {"reviewer", 1}, {"approver", 1}});
  const auto& agents = fleet["agents"];
  CHECK(agents[0]["agent_id"] == "agent-plan-0c53c64d");
  CHECK(agents[0]["name"] == "Director-000");
  CHECK(agents[0]["version"] == "1.7.43");
  CHECK(agents[0]["policy"]["template"] == "restricted");
  CHECK(agents[0]["reliability"]["profile"] == "unreliable");
  CHECK(agents[0]["cost"]["tier"] == "free");
  CHECK(agents[1]["agent_id"] == "agent-work-0cc293f5");
  CHECK(agents[2]["agent_id"] == "agent-work-826f4a51");
  CHECK(agents[2]["version"] == "1.9.85");
}

TEST_CASE("compat keeps the public defects, one by one", "[generators]") {
  FarmPlugin farm;
  for (const std::string type : {"cyclic", "map_reduce"}) {
    const auto workflow = farm.json("workflow", compat("workflow_type=" + type));
    CHECK(workflow["type"] == "linear");
    CHECK(workflow["workflow_id"] == "wf-linear-12345");
  }
  const auto linear = farm.json("workflow", compat("workflow_type=linear&num_tasks=6&chaos_rate=0.2"));
  CHECK(linear["__expected__"]["estimated_total_duration_ms"] == 123064);
  CHECK(linear["__expected__"]["expected_duration_range_ms"] == nlohmann::json{61532, 246128});
  CHECK(linear["__expected__"]["expected_token_usage"] == 4000);
  CHECK(linear["tasks"][2]["type"] == "approval");
  CHECK_FALSE(linear.contains("seed"));
  CHECK_FALSE(linear["tasks"][0].contains("dependencies"));
  CHECK_FALSE(farm.json("team", compat("size=10"))["hierarchy"].contains("coordinators"));
}

TEST_CASE("what was generated before does not show in what comes next", "[generators]") {
  FarmPlugin used, fresh;
  for (int seed = 0; seed < 40; ++seed) used.text("workflow", "seed=" + std::to_string(seed * 7));
  used.text("scenario", "seed=3");
  for (const std::string query : {"seed=5&chaos_rate=0.5", "seed=6", "seed=37&workflow_type=dag"}) {
    CHECK(used.text("workflow", query) == fresh.text("workflow", query));
    CHECK(used.text("workflow", query) == used.text("workflow", query));
  }
}
