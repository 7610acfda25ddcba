-- A JSON body of about 1 KiB built for every request; of the 2 KB answer one field is read and checked.
local thresher = require "thresher"
local check = thresher.check

local bench = thresher.scenario { name = "bench_post", host = thresher.env("BENCH_HOST", "http://127.0.0.1:18080") }
local filler = string.rep("x", 800)

bench:task { "post",
  function(user)
    local res = user:post("/post", {
      name = "/post",
      json = {
        source_agent = "LOAD_TEST",
        event_type = "agent.request",
        priority = "normal",
        details = { test_id = user.number, message = filler, metrics = { latency_ms = 120, queue_depth = 17 } },
      },
    })
    check(res, { ["accepted"] = res:json("result.status") == "completed" })
  end }

return bench
