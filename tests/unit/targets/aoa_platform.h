#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/registry.h"

/// The aoa target as a client sees it, in invented time.
namespace aoa_test {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using thresher::Nanoseconds;
using thresher::plugin::AnswerKind;
using thresher::plugin::TargetAnswer;

inline constexpr std::string_view kBase = "/api/v1/stress-test";

class Platform {
 public:
  explicit Platform(const std::string& options = "{}", std::uint64_t seed = 7) {
    REQUIRE(registry_.load(AOA));
    auto made = registry_.target("aoa").value()->create(options, seed);
    if (!made) FAIL(made.error().message);
    target_ = std::move(*made);
  }

  Nanoseconds now{1s};
  std::string tenant = {};

  TargetAnswer ask(std::string_view method, std::string_view path, std::string_view body = {}) {
    const std::string headers = "Host: aoa\r\n" + (tenant.empty() ? "" : "X-Tenant-ID: " + tenant + "\r\n");
    return target_->handle({.port = 8090,
                            .number = requests_++,
                            .connection = 1,
                            .now = now,
                            .wall = thresher::WallTime(1'700'000'000s) + now,
                            .method = method,
                            .path = path,
                            .query = {},
                            .headers = headers,
                            .body = body});
  }
  TargetAnswer get(std::string_view path) { return ask("GET", std::string(kBase).append(path)); }
  TargetAnswer post(std::string_view path, const Json& body) {
    return ask("POST", std::string(kBase).append(path), body.dump());
  }

  /// Submits and expects it to be taken; the platform's id of it.
  std::string submit(std::string_view path, const Json& body) {
    const TargetAnswer answer = post(path, body);
    INFO(answer.body);
    REQUIRE(answer.status == 202);
    const Json told = Json::parse(answer.body);
    return told.value("scenario_id", told.value("execution_id", ""));
  }
  Json read(std::string_view path) {
    const TargetAnswer answer = get(path);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  Json result(const std::string& id) { return read("/scenario/" + id); }
  /// The result as it is an hour later: nobody should need that long.
  Json run(const Json& scenario) {
    const std::string id = submit("/scenario", scenario);
    now += 1h;
    return result(id);
  }

 private:
  thresher::plugin::Registry registry_;
  std::unique_ptr<thresher::plugin::Target> target_;
  std::uint64_t requests_ = 0;
};

/// An agent that never fails and answers in 10 nominal milliseconds, unless `more` says otherwise.
inline Json agent(const std::string& id, const std::string& type = "worker", const Json& more = Json::object()) {
  Json made{{"agent_id", id},
            {"type", type},
            {"tools", {"code_execute", "api_fetch"}},
            {"policy", {{"max_concurrent_tasks", 2}}},
            {"reliability", {{"success_rate", 1}, {"mean_latency_ms", 10}, {"latency_stddev_ms", 0}}}};
  made.merge_patch(more);
  return made;
}

inline Json task(const std::string& id, std::vector<std::string> dependencies = {}, const Json& more = Json::object()) {
  Json made{{"task_id", id},
            {"name", id},
            {"type", "compute"},
            {"assigned_agent_type", "worker"},
            {"depends_on", std::move(dependencies)},
            {"expected_duration_ms", 1000}};
  made.merge_patch(more);
  return made;
}

/// Lists are vectors here: compilers differ on what a Json in braces is, an array of one or a copy.
inline Json workflow(const std::string& id, std::vector<Json> tasks, const std::string& type = "dag") {
  return {{"workflow_id", id}, {"type", type}, {"tasks", std::move(tasks)}};
}

inline Json scenario(std::vector<Json> workflows, std::vector<Json> agents = {agent("w1"), agent("w2")}) {
  return {{"seed", 5}, {"agents", {{"agents", std::move(agents)}}}, {"workflows", std::move(workflows)}};
}

inline Json fleet(std::vector<Json> agents) { return {{"agents", std::move(agents)}}; }

inline Json chaos(const std::string& type, double probability = 1) {
  return {{"chaos_injection", {{"type", type}, {"trigger_probability", probability}}}};
}

inline const Json& workflow_of(const Json& result, std::size_t index = 0) { return result["workflow_results"][index]; }
inline const Json& task_of(const Json& result, const std::string& id) {
  for (const Json& each : result["workflow_results"])
    for (const Json& found : each["task_results"])
      if (found["task_id"] == id) return found;
  FAIL("no result of task " + id);
  return result;
}

}  // namespace aoa_test
