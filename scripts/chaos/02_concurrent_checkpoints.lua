-- Concurrent checkpoints: ten processes with a database each, then ten that share one, write a hundred checkpoints without a lock error.
--
--   thresher chaos 2
local thresher = require "thresher"
local common = require "lib.common"
local check = thresher.check

local workers, each = 10, 10

thresher.options { thresholds = { checks = { "rate==1" } } }

local scenario = thresher.scenario { name = "concurrent_checkpoints", preflight = false }

-- Ten workers at once; `kit_of(n)` is worker n's file.
local function write_at_once(kit_of, task_of)
  local running, well = {}, true
  for n = 1, workers do
    running[n] = common.worker("steps", { KIT = kit_of(n), TASK = task_of(n), STEPS = each, PAUSE = 0.0001 })
  end
  for _, worker in ipairs(running) do
    local ended_well, why = common.finish(worker)
    if not ended_well then print(why) end
    well = well and ended_well
  end
  return well
end

local function written(kit_of, task_of)
  local files, total, whole = 0, 0, true
  for n = 1, workers do
    local kit, task = thresher.recovery(kit_of(n)), task_of(n)
    local checkpoints = kit:checkpoints(task)
    if #checkpoints > 0 then files = files + 1 end
    total = total + #checkpoints
    whole = whole and (kit:verify(task)) and common.same_state(checkpoints[#checkpoints].state, common.state_after(each))
  end
  return files, total, whole
end

scenario:task { "ten writers", tags = { "chaos" },
  function()
    local own = function(n) return common.path(("worker%d.db"):format(n)) end
    local shared = function() return common.path "shared.db" end
    local task = function(n) return "task " .. n end

    local alone_well = write_at_once(own, task)
    local files, alone, alone_whole = written(own, task)
    local together_well = write_at_once(shared, task)
    local _, together, together_whole = written(shared, task)
    check(nil, {
      ["ten databases, a worker each"] = files == workers,
      ["100 checkpoints in databases of their own"] = alone == workers * each,
      ["100 checkpoints in one shared database"] = together == workers * each,
      ["no process met a lock error"] = alone_well and together_well,
      ["no checkpoint is damaged"] = alone_whole and together_whole,
    })
  end }

return scenario
