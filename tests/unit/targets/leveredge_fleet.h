#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "plugin/registry.h"

/// The leveredge target as a client sees it, in invented time.
namespace leveredge_test {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using thresher::Nanoseconds;
using thresher::plugin::AnswerKind;
using thresher::plugin::TargetAnswer;

/// A fleet with every fault off, unless the options say otherwise.
inline constexpr const char* kFaultless = R"({"success_rate":1,"timeout_rate":0,"crash_rate":0})";

/// A faultless fleet with these options too: faultless(R"("failed_step_rate":1)").
inline std::string faultless(const std::string& more) {
  return R"({"success_rate":1,"timeout_rate":0,"crash_rate":0,"latency_mean_ms":50,"latency_sd_ms":0,)" + more + "}";
}

inline constexpr std::uint16_t kAtlas = 8007, kMuse = 8030, kCalliope = 8031, kThalia = 8032, kClio = 8034, kBus = 8099,
                               kAria = 8113;

struct Fleet {
  thresher::plugin::Registry registry;
  std::unique_ptr<thresher::plugin::Target> target;
  std::uint64_t requests = 0;
  std::string headers = "Host: localhost\r\n";

  explicit Fleet(const std::string& options = kFaultless, std::uint64_t seed = 1) {
    REQUIRE(registry.load(LEVEREDGE));
    auto made = type().create(options, seed);
    if (!made) FAIL(made.error().message);
    target = std::move(*made);
  }

  const thresher::plugin::TargetType& type() const { return *registry.target("leveredge").value(); }

  /// `path` may have a query.
  TargetAnswer ask(std::uint16_t port, std::string_view method, std::string_view path, Nanoseconds now = 0ns,
                   std::string_view body = {}) {
    const std::size_t question = path.find('?');
    return target->handle({.port = port,
                           .number = requests++,
                           .connection = 1,
                           .now = now,
                           .wall = thresher::WallTime(1'700'000'000s) + now,
                           .method = method,
                           .path = path.substr(0, question),
                           .query = question == std::string_view::npos ? "" : path.substr(question + 1),
                           .headers = headers,
                           .body = body});
  }
  TargetAnswer health(std::uint16_t port, Nanoseconds now = 0ns) { return ask(port, "GET", "/health", now); }
  TargetAnswer post(std::uint16_t port, std::string_view path, const Json& body, Nanoseconds now = 0ns) {
    return ask(port, "POST", path, now, body.dump());
  }
  /// The document of an answer that must be 200.
  Json told(std::uint16_t port, std::string_view path, const Json& body, Nanoseconds now = 0ns) {
    return read(post(port, path, body, now));
  }
  Json told(std::uint16_t port, std::string_view path, Nanoseconds now = 0ns) {
    return read(ask(port, "GET", path, now));
  }

 private:
  static Json read(const TargetAnswer& answer) {
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
};

}  // namespace leveredge_test
