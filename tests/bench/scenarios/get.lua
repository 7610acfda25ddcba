-- The hot path as a user writes it: a named GET, a status check, no wait.
local thresher = require "thresher"
local check = thresher.check

local bench = thresher.scenario { name = "bench_get", host = thresher.env("BENCH_HOST", "http://127.0.0.1:18080") }

bench:task { "get",
  function(user)
    local res = user:get("/get", { name = "/get" })
    check(res, { ["status is 200"] = res.status == 200 })
  end }

return bench
