-- Users who wait: what one costs in memory, without a connection (WAIT_GET=0) or with one (1).
local thresher = require "thresher"

local bench = thresher.scenario {
  name = "bench_wait",
  host = thresher.env("BENCH_HOST", "http://127.0.0.1:18080"),
  wait = thresher.constant(3600),
}
local connect = thresher.env("WAIT_GET", "0") == "1"

bench:task { "wait",
  function(user)
    if connect then user:get("/get", { name = "/get" }) end
  end }

return bench
