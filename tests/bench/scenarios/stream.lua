-- A user per stream, who takes every event as it comes.
local thresher = require "thresher"

local bench = thresher.scenario { name = "bench_stream", host = thresher.env("BENCH_HOST", "http://127.0.0.1:18083") }

bench:task { "stream",
  function(user)
    for _ in user:stream("/events", { name = "/events" }):events() do end
  end }

return bench
