#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "plugin/registry.h"

/// The gateway target as a client sees it, in invented time.
namespace gateway_test {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using thresher::Nanoseconds;
using thresher::plugin::AnswerKind;
using thresher::plugin::TargetAnswer;

/// Own work takes exactly 100 ms, an HTTP answer nothing; with these options too: steady(R"("workers":2)").
inline std::string steady(const std::string& more = "") {
  return R"({"work_ms":100,"work_sd_ms":0,"work_ms_per_mib":0,"latency_ms":0)" + (more.empty() ? "" : "," + more) + "}";
}

struct Client {
  thresher::plugin::Registry registry;
  std::unique_ptr<thresher::plugin::Target> target;
  std::uint64_t requests = 0;
  std::string target_name = "demo-agent.synthetic_nested";

  explicit Client(const std::string& options = steady(), std::uint64_t seed = 1) {
    REQUIRE(registry.load(GATEWAY));
    auto made = registry.target("gateway").value()->create(options, seed);
    if (!made) FAIL(made.error().message);
    target = std::move(*made);
  }

  TargetAnswer ask(std::string_view method, std::string_view path, Nanoseconds now, std::string_view body = {},
                   const std::string& headers = {}) {
    return target->handle({.port = 8080,
                           .number = requests++,
                           .connection = 1,
                           .now = now,
                           .wall = thresher::WallTime(1'700'000'000s) + now,
                           .method = method,
                           .path = path,
                           .query = "",
                           .headers = headers,
                           .body = body});
  }
  static std::string input(int sequence, int depth = 0, int width = 0) {
    Json input{{"sequence", sequence}, {"payload", "some text"}};
    if (depth > 0) input["depth"] = depth;
    if (width > 0) input["width"] = width;
    return Json{{"input", input}}.dump();
  }
  TargetAnswer call(bool sync, Nanoseconds now, const std::string& body, const std::string& headers = {}) {
    return ask("POST", (sync ? "/api/v1/execute/" : "/api/v1/execute/async/") + target_name, now, body, headers);
  }
  TargetAnswer call_sync(Nanoseconds now, const std::string& body, const std::string& headers = {}) {
    return call(true, now, body, headers);
  }
  TargetAnswer call_async(Nanoseconds now, const std::string& body, const std::string& headers = {}) {
    return call(false, now, body, headers);
  }
  /// Submits, which must be taken; the execution's id.
  std::string submit(Nanoseconds now, const std::string& body, const std::string& headers = {}) {
    return read(call_async(now, body, headers), 202)["execution_id"];
  }
  Json record(const std::string& id, Nanoseconds now) { return read(ask("GET", "/api/v1/executions/" + id, now), 200); }
  std::string status(const std::string& id, Nanoseconds now) { return record(id, now)["status"]; }
  Json dag(const std::string& run, Nanoseconds now) {
    return read(ask("GET", "/api/ui/v1/workflows/" + run + "/dag", now), 200);
  }

  /// The samples of /metrics, by name with labels.
  std::map<std::string, double> metrics(Nanoseconds now) {
    const TargetAnswer answer = ask("GET", "/metrics", now);
    REQUIRE(answer.status == 200);
    std::map<std::string, double> samples;
    std::string_view rest = answer.body;
    while (!rest.empty()) {
      const std::string line(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      const std::size_t space = line.rfind(' ');
      if (line.empty() || line.front() == '#') continue;
      REQUIRE(samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second);
    }
    return samples;
  }

  static Json read(const TargetAnswer& answer, int status) {
    INFO(answer.body);
    REQUIRE(answer.status == status);
    return Json::parse(answer.body);
  }
  static std::string header(const TargetAnswer& answer, const std::string& name) {
    const std::size_t at = answer.headers.find(name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 2;
    return answer.headers.substr(from, answer.headers.find("\r\n", from) - from);
  }
};

}  // namespace gateway_test
