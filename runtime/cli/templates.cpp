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

const std::string_view kPluginBuildTemplate = R"cmake(cmake_minimum_required(VERSION 3.25)
project(@NAME@ LANGUAGES CXX)
find_package(thresher 1 REQUIRED COMPONENTS plugin)   # cmake -DCMAKE_PREFIX_PATH=... where thresher is installed
thresher_add_plugin(@NAME@ @NAME@.cpp)
)cmake";

}  // namespace thresher::cli
