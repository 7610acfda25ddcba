-- Kill -9 recovery: what a killed process had acknowledged is there, and its work goes on from it to the same end.
--
--   thresher chaos 1 --repeat 50 --min-pass 0.98
local thresher = require "thresher"
local common = require "lib.common"
local check = thresher.check

local steps = 25

thresher.options { thresholds = { checks = { "rate==1" } } }

local scenario = thresher.scenario { name = "kill9_recovery", preflight = false }

scenario:task { "kill and resume", tags = { "chaos" },
  function()
    local path = common.path "kit.db"
    local kit = thresher.recovery(path)
    local kill_after = thresher.random(3, 15)
    local victim = common.worker("steps", { KIT = path, TASK = "victim" })
    local acknowledged = 0
    for _ = 1, kill_after do acknowledged = common.acknowledged(victim) or acknowledged end
    thresher.sleep(common.between(0.0001, 0.008))  -- somewhere in a step: thinking, writing, syncing
    victim:kill()
    local ended = victim:wait(10)
    acknowledged = common.last_words(victim, acknowledged)

    local checkpoints, last = kit:checkpoints "victim", kit:last "victim"
    check(nil, {
      ["the process was killed by signal 9"] = ended ~= nil and ended.signal == 9,
      ["checkpoints exist after the kill"] = #checkpoints > 0,
      ["every acknowledged checkpoint survived"] = last ~= nil and last.sequence_number >= acknowledged and acknowledged >= kill_after,
      ["sequence numbers rise without a gap, each state whole"] = (kit:verify "victim"),
      ["the last checkpoint is a state the work had"] = last ~= nil and common.same_state(last.state, common.state_after(last.sequence_number)),
    })

    local resumed = common.worker("steps", { KIT = path, TASK = "victim", STEPS = steps, PAUSE = 0.0001 })
    local undisturbed = common.worker("steps", { KIT = path, TASK = "undisturbed", STEPS = steps, PAUSE = 0.0001 })
    local resumed_well, why = common.finish(resumed)
    common.finish(undisturbed)
    if why then print(why) end
    local final, reference = kit:last "victim", kit:last "undisturbed"
    check(nil, {
      ["the work resumes and comes to its end"] = resumed_well and final ~= nil and final.state.iteration == steps,
      ["its end is that of a run without a crash"] = final ~= nil and reference ~= nil and common.same_state(final.state, reference.state),
      ["no step was done twice"] = final ~= nil and final.sequence_number == steps,
    })
    thresher.record("chaos", { scenario = "kill9_recovery", kill_after = kill_after, acknowledged = acknowledged,
      survived = last and last.sequence_number or 0 })
  end }

return scenario
