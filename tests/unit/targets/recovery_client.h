#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "plugin/registry.h"

/// The recovery target as a worker sees it, in invented time.
namespace recovery_test {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using thresher::Nanoseconds;
using thresher::plugin::AnswerKind;

struct Client {
  thresher::plugin::Registry registry;
  std::unique_ptr<thresher::plugin::Target> target;
  std::uint64_t requests = 0;
  Nanoseconds now{};
  int status = 0;  ///< of the latest answer; 0: the connection was reset

  /// `options` besides: R"("no_fencing":true)".
  explicit Client(const std::string& options = "") {
    REQUIRE(registry.load(RECOVERY));
    const std::string all = R"({"latency_ms":0,"tool_ms":0)" + (options.empty() ? "" : "," + options) + "}";
    auto made = registry.target("recovery").value()->create(all, 1);
    if (!made) FAIL(made.error().message);
    target = std::move(*made);
  }

  Json ask(std::string_view method, std::string_view path, const std::string& body = "", std::uint16_t port = 8460,
           std::string_view query = "") {
    const auto answer = target->handle({.port = port,
                                        .number = requests++,
                                        .connection = 1,
                                        .now = now,
                                        .wall = thresher::WallTime(1'700'000'000s) + now,
                                        .method = method,
                                        .path = path,
                                        .query = query,
                                        .headers = "",
                                        .body = body});
    status = answer.kind == AnswerKind::whole ? answer.status : 0;
    return status == 0 || answer.body.empty() ? Json() : Json::parse(answer.body);
  }
  Json post(std::string_view path, const std::string& body = "{}") { return ask("POST", path, body); }
  Json get(std::string_view path) { return ask("GET", path); }

  void add(const std::string& item = "w", int max_retries = 3) {
    post("/tasks", R"({"task_id":"t"})");
    post("/work-items",
         R"({"task_id":"t","work_item_id":")" + item + R"(","max_retries":)" + std::to_string(max_retries) + "}");
    REQUIRE(status == 201);
  }
  /// For a second; the token, 0 when it was refused.
  int acquire(const std::string& holder, const std::string& item = "w") {
    const Json lease =
        post("/leases", R"({"lease_holder":")" + holder + R"(","lease_ms":1000,"work_item_id":")" + item + "\"}");
    return status == 200 ? lease["fencing_token"].get<int>() : 0;
  }
  static std::string as(const std::string& holder, int token, const std::string& more = "") {
    return R"({"lease_holder":")" + holder + R"(","fencing_token":)" + std::to_string(token) + more + "}";
  }
  std::string item_status(const std::string& item = "w") { return get("/work-items/" + item)["status"]; }
  Json checkpoint(int state) {
    return post("/tasks/t/checkpoints", R"({"snapshot_data":{"state":)" + std::to_string(state) +
                                            R"(},"metadata":{"iteration":)" + std::to_string(state) + "}}");
  }
  Json claim(const std::string& request = "1") {
    return post("/idempotency/check-or-create", R"({"key":"k","patience_ms":1000,"request":)" + request + "}");
  }
};

}  // namespace recovery_test
