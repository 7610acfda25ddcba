-- Recovery sweep: one sweep takes a hundred leases from killed processes within 5 s, and no item is tried more often than it may be.
--
--   thresher chaos 4
local thresher = require "thresher"
local common = require "lib.common"
local check = thresher.check

local items, holders = 100, 4
local sweep_time = thresher.trend("recovery_sweep", { contains = "time" })

thresher.options { thresholds = { checks = { "rate==1" } } }

local scenario = thresher.scenario { name = "recovery_sweep", preflight = false }

-- Processes that take all leases between them, and are killed. How many they took.
local function die_with_leases(path, seconds)
  local dying, taken = {}, 0
  for n = 1, holders do
    dying[n] = common.worker("collector", { KIT = path, TASK = "task", HOLDER = "dying " .. n, COUNT = items / holders, SECONDS = seconds })
  end
  for _, worker in ipairs(dying) do
    taken = taken + (common.acknowledged(worker, 60) or 0)
    worker:kill()
    worker:wait(10)
  end
  return taken
end

scenario:task { "hundred leases", tags = { "chaos" },
  function()
    local path = common.path "kit.db"
    local kit = thresher.recovery(path)
    local retries = thresher.random(0, 1)
    local length = common.between(2, 3)  -- seconds, long enough for the last to be taken before the first runs out
    for _ = 1, items do kit:add { task = "task", max_retries = retries } end
    for attempt = 1, 1 + retries do
      local taken = die_with_leases(path, length)
      local early = kit:sweep()
      thresher.sleep(length)
      local began = thresher.now()
      local swept = kit:sweep()
      local took = thresher.now() - began
      sweep_time:add(took * 1000)
      check(nil, {
        ["all leases were acquired"] = taken == items,
        ["none is taken away before it ran out"] = early.expired_found == 0,
        ["the sweep finds every expired lease"] = swept.expired_found == items,
        ["all are recovered while retries are left, none after"] = swept.recovered == (attempt <= retries and items or 0)
          and swept.failed == (attempt <= retries and 0 or items),
        ["100 leases are recovered within 5 s"] = took < 5,
      })
    end
    check(nil, {
      ["every item was attempted exactly once more than its retries"] = #kit:items("task", "expired") == items
        and kit:lease { holder = "late", seconds = 1, task = "task" } == nil,
      ["a second sweep finds nothing"] = kit:sweep().expired_found == 0,
    })
  end }

return scenario
