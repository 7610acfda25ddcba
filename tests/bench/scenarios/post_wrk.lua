-- The same work in wrk: build the body with lua-cjson, decode the answer, look at one field.
package.cpath = package.cpath .. ";/usr/lib/x86_64-linux-gnu/lua/5.1/?.so"
local cjson = require "cjson"
local filler = string.rep("x", 800)
local headers = { ["Content-Type"] = "application/json" }
local accepted = 0

function request()
  local body = cjson.encode {
    source_agent = "LOAD_TEST",
    event_type = "agent.request",
    priority = "normal",
    details = { test_id = 7, message = filler, metrics = { latency_ms = 120, queue_depth = 17 } },
  }
  return wrk.format("POST", "/post", headers, body)
end

function response(status, _, body)
  if status == 200 and cjson.decode(body).result.status == "completed" then accepted = accepted + 1 end
end
