#include <catch2/catch.hpp>

#include "farm_plugin.h"

namespace {

void check_refused(FarmPlugin& farm, const char* product, const std::string& query, const std::string& named) {
  const std::string answer = farm.text(product, query);
  INFO(product << "?" << query << " -> " << answer.substr(0, 200));
  CHECK(answer.starts_with("error: "));
  CHECK(answer.find(named) != std::string::npos);
}

}  // namespace

TEST_CASE("a parameter out of its range is refused by name", "[generators]") {
  FarmPlugin farm;
  check_refused(farm, "fleet", "scale=huge", "scale");
  check_refused(farm, "team", "size=2", "size");
  check_refused(farm, "team", "size=11", "size");
  check_refused(farm, "workflow", "num_tasks=1", "num_tasks");
  check_refused(farm, "workflow", "num_tasks=21", "num_tasks");
  check_refused(farm, "workflow", "workflow_type=circular", "workflow_type");
  check_refused(farm, "workflow", "chaos_rate=1.01", "chaos_rate");
  check_refused(farm, "workflow", "chaos_rate=lots", "chaos_rate");
  check_refused(farm, "workflow", "stream_sequence=-1", "stream_sequence");
  check_refused(farm, "batch", "count=0", "count");
  check_refused(farm, "batch", "count=101", "count");
  check_refused(farm, "scenario", "workflow_count=51", "workflow_count");
  check_refused(farm, "profile", "agent_type=manager", "agent_type");
  check_refused(farm, "profile", "reliability=perfect", "reliability");
  check_refused(farm, "profile", "index=-1", "index");
  check_refused(farm, "profile", "now=253402300800", "now");
  check_refused(farm, "payload", "size_bytes=255", "size_bytes");
  check_refused(farm, "payload", "shape=yaml", "shape");
  check_refused(farm, "fleet", "sed=1", "sed");
}

TEST_CASE("every product has the contract's defaults", "[generators]") {
  FarmPlugin farm;
  CHECK(farm.json("fleet")["fleet_id"] == "fleet-12345-small");
  CHECK(farm.json("team")["team_size"] == 5);
  CHECK(farm.json("workflow", "workflow_type=linear")["tasks"].size() == 6);
  CHECK(farm.json("workflow")["chaos_rate"] == 0.0);
  CHECK(farm.json("batch")["workflow_count"] == 10);
  CHECK(farm.json("batch")["chaos_rate"] == 0.1);
  CHECK(farm.json("scenario")["summary"]["total_workflows"] == 5);
  CHECK(farm.json("scenario")["summary"]["chaos_rate"] == 0.2);
  CHECK(farm.json("profile")["agent"]["type"] == "worker");
  CHECK(farm.json("chaos_catalog")["total_types"] == 9);
  CHECK(farm.json("payload")["body"].get<std::string>().size() == 1024);
}

TEST_CASE("seeds reach to the ends of 64 bits", "[generators]") {
  FarmPlugin farm;
  for (const std::string seed : {"9223372036854775807", "-9223372036854775808"}) {
    CHECK(farm.json("fleet", "seed=" + seed)["fleet_id"] == "fleet-" + seed + "-small");
    CHECK(farm.json("scenario", "seed=" + seed)["summary"]["total_workflows"] == 5);
  }
  CHECK(farm.json("batch", "count=1&seed=-1")["workflows"][0]["seed"] == -1);
}
