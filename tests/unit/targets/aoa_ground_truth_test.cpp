#include <set>

#include "aoa_platform.h"
#include "aoa_rules.h"

using namespace aoa_test;

namespace {

/// Stress scenarios as the shipped generator makes them, as they are pushed.
class Farm {
 public:
  Farm() {
    REQUIRE(registry_.load(FARM_GENERATOR));
    const auto* type = registry_.generator("farm").value();
    product_ = type->product("scenario").value();
    farm_ = std::move(type->create("{}", 1).value());
  }

  Json scenario(std::uint64_t seed, double chaos_rate, int workflows) {
    std::string out;
    const Json parameters{{"seed", seed}, {"chaos_rate", chaos_rate}, {"workflow_count", workflows}, {"pushed", true}};
    REQUIRE(farm_->generate(product_, parameters.dump(), out));
    return Json::parse(out);
  }

 private:
  thresher::plugin::Registry registry_;
  std::unique_ptr<thresher::plugin::Generator> farm_;
  std::size_t product_ = 0;
};

std::vector<std::string> ids(const Json& list, const char* member) {
  std::vector<std::string> all;
  for (const Json& each : list) all.push_back(each[member]);
  return all;
}

void compare(const Json& sent, const Json& got) {
  const Json& truth = sent["__expected__"];
  const std::string ending = truth["expected_status"];
  CHECK((got["status"] == "completed") == (ending == "success" || ending == "success_with_retries"));
  const std::set<std::string> failed = truth["expected_failed_tasks"], blocked = truth["blocked_tasks"];
  std::size_t iterations = 1;
  Json faults = Json::object();
  for (const Json& task : got["task_results"]) {
    const std::string id = task["task_id"];
    CHECK(task["attempts"].size() == truth["expected_attempts"][id]);
    CHECK(failed.contains(id) == (task["status"] == "failed" || task["status"] == "timeout"));
    if (blocked.contains(id)) CHECK(task["status"] == "skipped");
    for (const Json& attempt : task["attempts"]) {
      if (attempt.contains("fault")) faults[id].push_back(attempt["attempt"]);
      iterations = std::max(iterations, attempt.value("iteration", std::size_t{1}));
    }
  }
  Json expected = Json::object();
  for (const Json& fault : truth["expected_faults"]) expected[fault["task_id"].get<std::string>()] = fault["attempts"];
  CHECK(nlohmann::json(faults) == nlohmann::json(expected));
  if (truth.value("expected_iterations", 0U) > 0) CHECK(truth["expected_iterations"] == iterations);
  if (truth.contains("expected_compensations"))
    CHECK(ids(got["compensations"], "task_id") == truth["expected_compensations"].get<std::vector<std::string>>());
}

}  // namespace

TEST_CASE("what becomes of generated workflows is what their ground truth says, to the attempt", "[targets][aoa]") {
  Farm farm;
  std::set<std::string> types, endings;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const Json sent = farm.scenario(seed, static_cast<double>(seed % 5) / 4, 6);
    Platform platform("{}", seed);
    REQUIRE(platform.post("/fleet", sent["agents"]).status == 200);
    const Json result = platform.run(sent);
    CHECK(breaches(sent, result) == std::vector<std::string>{});
    for (std::size_t i = 0; i < sent["workflows"].size(); ++i) {
      const Json& workflow = sent["workflows"][i];
      CAPTURE(workflow["workflow_id"]);
      compare(workflow, result["workflow_results"][i]);
      types.insert(workflow["type"]);
      endings.insert(workflow["__expected__"]["expected_status"]);
    }
    CHECK(result["total_duration_ms"] < 300e3);  // well within a poller's patience
  }
  CHECK(types.size() == 6);
  CHECK(endings == std::set<std::string>{"compensated", "failed", "success", "success_with_retries"});
}

TEST_CASE("the largest scenario ends within a poller's patience", "[targets][aoa]") {
  Farm farm;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Platform platform("{}", seed);
    const std::string id = platform.submit("/scenario", farm.scenario(seed, 0.5, 50));
    platform.now += 150s;
    CHECK(platform.result(id)["status"] != "running");
  }
}
