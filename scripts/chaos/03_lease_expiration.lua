-- Lease expiration: a lease that ran out is taken over by another worker, and its old holder can write nothing more.
--
--   thresher chaos 3
local thresher = require "thresher"
local common = require "lib.common"
local check = thresher.check

thresher.options { thresholds = { checks = { "rate==1" } } }

local scenario = thresher.scenario { name = "lease_expiration", preflight = false }

scenario:task { "takeover", tags = { "chaos" },
  function()
    local kit = thresher.recovery(common.path "kit.db")
    local length = common.between(0.05, 0.4)  -- seconds
    local item = kit:add { task = "task", type = "work" }
    local first = assert(kit:lease { holder = "worker-1", seconds = length, task = "task" })
    local early = kit:sweep()
    local held = kit:lease { holder = "worker-2", seconds = length, task = "task" }
    thresher.sleep(length + 0.01)
    local late_before_sweep = first:complete { by = "worker-1" }
    local swept = kit:sweep()
    local second = kit:lease { holder = "worker-2", seconds = 60, task = "task" }
    local stale_checkpoint = kit:checkpoint { task = "task", lease = first, state = {} }
    local stale_release, why = first:release()
    local stale_heartbeat = first:heartbeat(60)
    local done = second and second:complete { by = "worker-2" }
    local ended = kit:item(item)
    check(nil, {
      ["worker 1 has the lease"] = first.item == item and first.fence == 1,
      ["while it lasts nobody else gets it"] = early.expired_found == 0 and held == nil,
      ["a write after the lease ran out is refused, swept or not"] = not late_before_sweep,
      ["the sweep finds one expired lease"] = swept.expired_found == 1,
      ["the sweep recovers it"] = swept.recovered == 1 and swept.failed == 0,
      ["worker 2 takes over"] = second ~= nil and second.holder == "worker-2" and second.fence == 2,
      ["the stale holder's checkpoint, release and heartbeat are refused"] = not stale_checkpoint and not stale_release and not stale_heartbeat,
      ["the refusal names who holds it"] = why ~= nil and why:find("worker-2", 1, true) ~= nil,
      ["the work is worker 2's"] = done and ended.status == "completed" and ended.output.by == "worker-2",
    })
    thresher.record("chaos", { scenario = "lease_expiration", lease_seconds = length })
  end }

return scenario
