#include "cli/templates.h"

namespace thresher::cli {

const std::string_view kScenarioTemplate = R"lua(local thresher = require "thresher"
local check, between = thresher.check, thresher.between

local @NAME@ = thresher.scenario {
  name = "@NAME@",
  tags = { "@NAME@" },
  host = "http://127.0.0.1:8080",   -- --host overrides it
  wait = between(0.5, 2),           -- seconds a user thinks between tasks
}

-- Once per virtual user. `user` is a table: keep what the user needs on it.
function @NAME@:on_start(user)
  user.visits = 0
end

@NAME@:task { "front page", weight = 3,
  function(user)
    user.visits = user.visits + 1
    local res = user:get("/")
    check(res, { ["status is 200"] = res.status == 200 })
  end }

@NAME@:task { "say hello", weight = 1, tags = { "write" },
  function(user)
    local res = user:post("/hello", { json = { visits = user.visits }, timeout = 10 })
    check(res, { ["accepted"] = res.status == 200 or res.status == 201 })
  end }

return @NAME@
)lua";

const std::string_view kPluginTemplate =
    R"text(// A target plugin: stands in for a system under test. `thresher stand-in @NAME@` serves it on its ports, and
// `thresher rehearse` uses it in virtual time.
#include <thresher/plugin.hpp>

class @NAME@ : public thresher::Target {
 public:
  static thresher::TargetDescription describe() {
    return {.name = "@NAME@",
            .summary = "says hello, a little late",
            .endpoints = {{"main", 8080}},
            .options = {thresher::number("latency_ms", 5, "time to an answer").at_least(0)}};
  }

  @NAME@(const thresher::Options& options, std::uint64_t /*seed*/)
      : latency_(thresher::milliseconds(options.number("latency_ms"))) {}

  thresher::Answer handle(const thresher::Request& request) override {
    if (request.path == "/health") return thresher::json(200, R"({"status":"healthy"})");
    return thresher::json(200, R"({"hello":"world"})").later(latency_);
  }

 private:
  std::chrono::nanoseconds latency_;
};

THRESHER_PLUGIN("@NAME@", "0.1.0", @NAME@)
)text";

const std::string_view kPluginBuildTemplate = R"cmake(cmake_minimum_required(VERSION 3.25)
project(@NAME@ LANGUAGES CXX)
find_package(thresher 1 REQUIRED COMPONENTS plugin)   # cmake -DCMAKE_PREFIX_PATH=... where thresher is installed
thresher_add_plugin(@NAME@ @NAME@.cpp)
)cmake";

}  // namespace thresher::cli
