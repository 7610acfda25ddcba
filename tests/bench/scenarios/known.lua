-- One GET, nothing else: what arrives at a server whose latency is known.
local thresher = require "thresher"

local bench = thresher.scenario { name = "bench_known", host = thresher.env("BENCH_HOST", "http://127.0.0.1:18081") }

bench:task { "known", function(user) user:get("/known", { name = "/known" }) end }

return bench
