-- Full recovery, end to end: a worker is killed twice at its task, and others bring it to the end it would have had.
--
--   thresher chaos 7
local thresher = require "thresher"
local common = require "lib.common"
local check = thresher.check

local steps = 40

thresher.options { thresholds = { checks = { "rate==1" } } }

local scenario = thresher.scenario { name = "full_e2e", preflight = false }

scenario:task { "crash, restart, finish", tags = { "chaos" },
  function()
    local path = common.path "kit.db"
    local kit = thresher.recovery(path)
    kit:set_task("task", "running")
    local survived, resumed_rightly = 0, true
    for _ = 1, 2 do
      local worker = common.worker("steps", { KIT = path, TASK = "task", PAUSE = common.between(0.0005, 0.004) })
      local acknowledged = survived
      for _ = 1, thresher.random(2, 10) do acknowledged = common.acknowledged(worker) or acknowledged end
      thresher.sleep(common.between(0.0001, 0.01))
      worker:kill()
      worker:wait(10)
      acknowledged = common.last_words(worker, acknowledged)
      local last = kit:last "task"
      resumed_rightly = resumed_rightly and last ~= nil and last.sequence_number >= acknowledged and acknowledged > survived
        and last.state.iteration == last.sequence_number
      survived = last and last.sequence_number or 0
    end
    local at_crash = kit:last "task"
    local finisher = common.worker("steps", { KIT = path, TASK = "task", STEPS = steps, PAUSE = 0.0001 })
    local finished, why = common.finish(finisher)
    if why then print(why) end
    local done = finished and kit:set_task("task", "succeeded")
    local final = kit:last "task"
    check(nil, {
      ["checkpoints were made before each crash"] = survived > 0,
      ["the last checkpoint has the point to resume from"] = at_crash ~= nil and at_crash.state.iteration == at_crash.sequence_number,
      ["each restart goes on where the one before was killed"] = resumed_rightly,
      ["the task is succeeded"] = done and kit:task "task" == "succeeded",
      ["a task that is over stays so"] = kit:set_task("task", "running") == nil,
      ["the end is that of a run without a crash"] = final ~= nil and common.same_state(final.state, common.state_after(steps)),
      ["sequence numbers rise without a gap"] = (kit:verify "task") and final ~= nil and final.sequence_number == steps,
    })
  end }

return scenario
