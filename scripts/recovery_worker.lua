-- Workers against a recovery system: do leases, checkpoints and idempotency keys keep what they promise when workers die?
--
--   thresher rehearse scripts/recovery_worker.lua -u 6 -i 60 --seed 7             in virtual time, against the stand-in
--   thresher run scripts/recovery_worker.lua --stand-in recovery -u 4 -i 12       the same over sockets
--   thresher run scripts/recovery_worker.lua --host https://agentos.example --env RESTARTS=0 --env TOOLS_URL=http://127.0.0.1:8461
--
-- Settings, by --env NAME=VALUE: TOOLS_URL (our tool server, which keeps the ledger of effects), RESTARTS 0-1 (how often the platform
-- itself is restarted when a worker dies; needs the stand-in), LEASE_MS (the shortest lease, 600), STEPS (the most steps of a piece of
-- work, 6).
--
-- Every piece of work is done twice, once by a worker that lives and once by one that is killed at a point drawn from the user's own
-- stream, with somebody else to take it over. Both must come to the same state and the same effects. The oracle judges the history:
-- at_most_once, replay, leases, work_items. One violation makes the exit code 120, with a witness in the report.

local thresher = require "thresher"
local check, env, random, sleep = thresher.check, thresher.env, thresher.random, thresher.sleep

thresher.validator "oracle"

-- Settings ----------------------------------------------------------------------------------------------------------------

local function number_setting(name, default, low, high)
  local text = env(name, tostring(default))
  local value = tonumber(text)
  if not value or value < low or value > high then
    error(("%s: '%s' is no number from %g to %g"):format(name, text, low, high), 0)
  end
  return value
end

local target = thresher.target "recovery"
local tools_url = env("TOOLS_URL") or target.endpoints[2].url
local restart_rate = number_setting("RESTARTS", 0.3, 0, 1)
local shortest_lease = number_setting("LEASE_MS", 600, 50, 60000)
local most_steps = number_setting("STEPS", 6, 1, 100)

local call_timeout = 10          -- seconds
local down_pause, down_most = 0.05, 100  -- seconds between two tries while the platform is down; tries
local patience = 250             -- ms that a claim of a key keeps others out; below every lease's length
local slot_length = 0.5          -- seconds: users whose iterations fall into the same slot compete for the same thing
local places = { "before_claim", "after_claim", "after_effect", "after_settling", "after_checkpoint", "hands_over" }

-- The public document's measures: milliseconds, as the worker waited.
local checkpoint_time = thresher.trend("recovery_checkpoint_time", { contains = "time" })
local sweep_time = thresher.trend("recovery_sweep_time", { contains = "time" })
local takeover_time = thresher.trend("recovery_takeover_time", { contains = "time" })

local workers = thresher.scenario {
  name = "recovery_worker",
  tags = { "recovery" },
  host = env("TARGET_URL") or target.url,
  preflight = false,  -- a task waits for leases to run out
}

-- Calls -------------------------------------------------------------------------------------------------------------------

-- Asks until there is an answer: a platform that restarts resets its connections. Gives the answer and how long before now it was sent.
local function ask(user, method, path, options)
  options.timeout, options.expect = call_timeout, { 0, 200, 201, 204, 404, 409 }
  for _ = 1, down_most do
    local sent = thresher.now()
    local res = user:request(method, path, options)
    if res.status ~= 0 then return res, (thresher.now() - sent) * 1000 end
    sleep(down_pause)
  end
  thresher.fail("the platform stays down")
  error("no answer to " .. method .. " " .. path, 0)
end

local function post(user, path, name, body)
  return ask(user, "POST", path, { name = name, json = body })
end
local function get(user, path, name) return ask(user, "GET", path, { name = name }) end

-- A holder's part of a body, and what the history says of its requests.
local function claimant(lease, body)
  body.lease_holder, body.fencing_token = lease.holder, lease.token
  return body
end
local function note_lease(lease, what, ago, more)
  local event = more or {}
  event.item, event.holder, event.token, event.what, event.ago_ms = lease.item, lease.holder, lease.token, what, ago
  thresher.record("lease", event)
end

local function acquire(user, item, task, holder, length)
  local res, ago = post(user, "/leases", "/leases", { lease_holder = holder, lease_ms = length, work_item_id = item })
  if res.status ~= 200 then return nil end
  local lease = { item = item, task = task, holder = holder, token = res:json("fencing_token"), length = length,
                  gone = thresher.now() + length / 1000 }
  note_lease(lease, "acquired", ago, { for_ms = length })
  return lease
end

local function renew(user, lease)
  local res, ago = post(user, "/work-items/" .. lease.item .. "/heartbeat", "/work-items/{id}/heartbeat",
    claimant(lease, { lease_ms = lease.length }))
  if res.ok then lease.gone = thresher.now() + lease.length / 1000 end
  note_lease(lease, "renewed", ago, { for_ms = lease.length, accepted = res.ok })
  return res.ok
end

local function release(user, lease)
  note_lease(lease, "releasing", 0)
  local res, ago = post(user, "/work-items/" .. lease.item .. "/release", "/work-items/{id}/release", claimant(lease, {}))
  note_lease(lease, "released", ago, { accepted = res.ok })
  return res.ok
end

local function write(user, lease, path, name, body)
  local res, ago = post(user, path, name, claimant(lease, body))
  thresher.record("write", { item = lease.item, holder = lease.holder, token = lease.token, ago_ms = ago, accepted = res.ok })
  return res, ago
end

local function checkpoint(user, lease, progress)
  local res, took = write(user, lease, "/tasks/" .. lease.task .. "/checkpoints", "/tasks/{id}/checkpoints", {
    work_item_id = lease.item, checkpoint_type = "iteration_end",
    snapshot_data = { state = progress.state }, metadata = { iteration = progress.step } })
  if not res.ok then return false end
  checkpoint_time:add(took)
  local sequence = res:json("sequence_number")
  thresher.record("checkpoint", { item = lease.item, holder = lease.holder, sequence = sequence, hash = res:json("snapshot_hash") })
  return sequence
end

local function sweep(user)
  local res, took = post(user, "/recovery/sweep", "/recovery/sweep", {})
  if not res.ok then return end
  sweep_time:add(took)
  local found, recovered, failed = res:json("expired_found"), res:json("recovered"), res:json("failed")
  thresher.record("sweep", { expired_found = found, recovered = recovered, failed = failed })
  check(res, { ["what a sweep found it recovered or gave up"] = found == recovered + failed })
end

local function add_item(user, item, task, like, max_retries)
  post(user, "/tasks", "/tasks", { task_id = task })
  local res = post(user, "/work-items", "/work-items", { task_id = task, work_item_id = item, max_retries = max_retries })
  thresher.record("work", { item = item, like = like, max_retries = max_retries })
  return res.ok
end

-- Effects at most once ----------------------------------------------------------------------------------------------------

local function note_claim(claim, outcome, ago, response)
  thresher.record("claim", { item = claim.item, holder = claim.holder, key = claim.key, hash = claim.hash, outcome = outcome,
                             response = response, for_ms = patience, ago_ms = ago })
end

-- Asks for a key until it is clear who executes. Gives the claim: with `receipt` when there is a response.
local function claim_key(user, item, holder, key, request)
  while true do
    local res, ago = post(user, "/idempotency/check-or-create", "/idempotency/check-or-create",
      { key = key, request = request, patience_ms = patience })
    local receipt = res:json("response_data.receipt")
    local claim = { item = item, holder = holder, key = key, hash = res:json("request_hash"), outcome = res:json("outcome"),
                    token = res:json("claim_token"), reclaimed = res:json("reclaimed"), receipt = receipt }
    note_claim(claim, claim.outcome or "none", ago, receipt and tostring(receipt))
    if claim.outcome ~= "in_flight" then return claim end
    sleep(0.04)
  end
end

local function settle_key(user, claim)
  local res, ago = post(user, "/idempotency/" .. claim.key .. "/complete", "/idempotency/{id}/complete",
    { claim_token = claim.token, response_data = { receipt = claim.receipt } })
  if res.ok then note_claim(claim, "completed", ago, tostring(claim.receipt)) end
end

local function note_effect(claim, step, hash)
  thresher.record("effect", { item = claim.item, holder = claim.holder, task = step, key = claim.key, hash = hash })
end

local function ledger(user, item)
  return ask(user, "GET", tools_url .. "/ledger", { name = "/ledger", query = { workflow = item } })
end

local function use_tool(user, claim, step, attempt, request)
  local res = ask(user, "POST", tools_url .. "/tools/transfer", { name = "/tools/{id}", json = {
    workflow = claim.item, task = step, attempt = attempt, idempotency_key = claim.key, payload = request } })
  note_effect(claim, step, res:json("payload_hash"))
  claim.receipt = res:json("receipt")
end

-- Somebody had this claim before and did not say how it ended: only the world itself knows whether it was done.
local function look_for_effect(user, claim, step)
  for _, effect in ipairs(ledger(user, claim.item):json("effects") or {}) do
    if effect.idempotency_key == claim.key then
      note_effect(claim, step, effect.payload_hash)
      claim.receipt = effect.receipt
      return
    end
  end
end

-- Work --------------------------------------------------------------------------------------------------------------------

local function draw_plan()
  local plan = { steps = random(math.min(3, most_steps), most_steps), lease = shortest_lease + random(0, 1300), amounts = {} }
  for step = 1, plan.steps do plan.amounts[step] = random(1, 1000) end
  plan.killed_at, plan.place = random(1, plan.steps), thresher.pick(places)
  plan.restarts = random() < restart_rate
  return plan
end

local function without_crash(plan)
  return { steps = plan.steps, lease = plan.lease, amounts = plan.amounts }
end

-- One step of the work; false when the worker dies in it.
local function do_step(user, lease, progress, plan)
  local number = progress.step + 1
  local function dies(place) return plan.killed_at == number and plan.place == place end
  local name, request = "step-" .. number, { step = number, amount = plan.amounts[number] }
  if dies "before_claim" then return false end
  local claim = claim_key(user, lease.item, lease.holder, lease.item .. "." .. name, request)
  if dies "after_claim" then return false end
  if claim.outcome == "execute" then
    if claim.reclaimed then look_for_effect(user, claim, name) end
    if not claim.receipt then use_tool(user, claim, name, lease.token, request) end
    if dies "after_effect" then return false end
    settle_key(user, claim)
    if dies "after_settling" then return false end
  end
  progress.step = number
  progress.state = (progress.state * 31 + (claim.receipt or 0)) % 2147483647
  return true
end

-- Where the platform says that the task stands. `log.last`: the number of the last checkpoint that it has acknowledged.
local function resume(user, lease, log)
  local res = get(user, "/tasks/" .. lease.task .. "/checkpoints/last", "/tasks/{id}/checkpoints/last")
  local begun = res.status == 200
  thresher.record("resumed", { item = lease.item, holder = lease.holder, sequence = begun and res:json("sequence_number") or 0,
                               hash = begun and res:json("snapshot_hash") or nil })
  if log.last > 0 then
    check(res, { ["work goes on from what was acknowledged"] = begun and res:json("sequence_number") >= log.last })
  end
  if not begun then return { step = 0, state = 0 } end
  return { step = res:json("metadata.iteration") or 0, state = res:json("snapshot_data.state") or 0 }
end

local function die(lease)
  thresher.record("killed", { item = lease.item, holder = lease.holder })
  return false
end

-- Works from where the task stands to its end. False: the worker died, or somebody else has the item now.
local function carry_on(user, lease, plan, log)
  local progress = resume(user, lease, log)
  while progress.step < plan.steps do
    if not renew(user, lease) then return false end
    if not do_step(user, lease, progress, plan) then return die(lease) end
    local sequence = checkpoint(user, lease, progress)
    if not sequence then return false end
    log.last = sequence
    if plan.killed_at == progress.step then
      if plan.place == "after_checkpoint" then return die(lease) end
      if plan.place == "hands_over" then  -- not every worker dies: this one is told to go, and says so
        release(user, lease)
        lease.gone = thresher.now()
        return false
      end
    end
    sleep(random() * 0.06)
  end
  local res, ago = write(user, lease, "/work-items/" .. lease.item .. "/complete", "/work-items/{id}/complete",
    { output_data = { state = progress.state } })
  if res.ok then note_lease(lease, "completed", ago) end
  return res.ok
end

local function restart(user)
  thresher.record("killed", {})
  user:post("/stand-in/restart", { json = { down_ms = 50 }, timeout = call_timeout })
end

-- The worker that everybody thought dead was only slow. Nothing that it still wants may be done.
local function come_back(user, dead)
  local renewed = renew(user, dead)
  local written = checkpoint(user, dead, { step = 99, state = 99 })
  local released = release(user, dead)
  check(dead, { ["who comes back late is refused"] = not (renewed or written or released) })
end

-- Others take over from one that died, until the work is done or nobody may try again.
local function take_over(user, dead, plan, log)
  local died = thresher.now()
  if plan.restarts then restart(user) end
  if plan.place ~= "hands_over" then
    -- Somebody comes while the lease still runs, and has to go away again.
    sleep(math.max(0, dead.gone - thresher.now()) * random() * 0.9)
    sweep(user)
    local early = acquire(user, dead.item, dead.task, dead.item .. "-c", plan.lease)
    check(early, { ["a lease that runs keeps others out"] = early == nil })
    if early then release(user, early) end
  end
  for worker = 1, 4 do
    if dead.gone > thresher.now() then
      sleep(dead.gone - thresher.now() + 0.01)
      sweep(user)
    end
    local heir = acquire(user, dead.item, dead.task, dead.item .. "-b" .. worker, plan.lease)
    if not heir then return end
    if worker == 1 then
      takeover_time:add((thresher.now() - died) * 1000)
      come_back(user, dead)
    end
    if carry_on(user, heir, without_crash(plan), log) then return end
    dead = heir
  end
end

local function note_end(user, item)
  local res = get(user, "/work-items/" .. item, "/work-items/{id}")
  local status, state = res:json("status"), res:json("output_data.state")
  thresher.record("finished", { item = item, status = status or "unknown", state = state and tostring(state) })
  return status, state
end

-- What everybody can read of the work now that it is over: numbers without a gap, one effect for each step.
local function read_back(user, item, task, plan)
  local list = get(user, "/tasks/" .. task .. "/checkpoints", "/tasks/{id}/checkpoints")
  local effects = ledger(user, item)
  thresher.record("checkpoints", { item = item, checkpoints = list:json("checkpoints") })
  thresher.record("ledger", { item = item, effects = effects:json("effects") })
  local status, state = note_end(user, item)
  local rising, once, keys = true, true, {}
  for at, each in ipairs(list:json("checkpoints") or {}) do rising = rising and each.sequence_number == at end
  for _, effect in ipairs(effects:json("effects") or {}) do
    once = once and not keys[effect.idempotency_key]
    keys[effect.idempotency_key] = true
  end
  for step = 1, plan.steps do once = once and keys[item .. ".step-" .. step] == true end
  check(status, { ["work is completed"] = status == "completed", ["checkpoints are numbered without a gap"] = rising,
                  ["every step took effect once"] = once })
  return state
end

-- The whole story of one piece of work; gives its final state.
local function work(user, item, like, plan)
  local task = "task-" .. item
  add_item(user, item, task, like, 4)
  local first = acquire(user, item, task, item .. "-a", plan.lease)
  check(first, { ["a pending item can be acquired"] = first ~= nil })
  if not first then return end
  local log = { last = 0 }
  if not carry_on(user, first, plan, log) then take_over(user, first, plan, log) end
  local state = read_back(user, item, task, plan)
  -- An end is an end: not even a sweep after the lease would have run out changes it.
  sleep(plan.lease / 1000 + 0.05)
  sweep(user)
  local again = acquire(user, item, task, item .. "-d", plan.lease)
  check(again, { ["what is completed stays completed"] = again == nil })
  if again then release(user, again) end
  note_end(user, item)
  return state
end

workers:task { "work", weight = 4, tags = { "work" },
  function(user)
    local plan, item = draw_plan(), "work-" .. user.serial
    local plain = work(user, item .. "-plain", nil, without_crash(plan))
    local crashed = work(user, item, item .. "-plain", plan)
    check(crashed, { ["a crash does not change the final state"] = plain ~= nil and crashed == plain })
  end }

-- Who begins at the same moment, together with everybody else whose iteration falls into it.
local function next_slot()
  local slot = math.floor(thresher.now() / slot_length) + 1
  sleep(slot * slot_length - thresher.now())
  return slot
end

-- Many ask for one key at once: one executes, the others are given what it got.
workers:task { "race", weight = 3, tags = { "race" },
  function(user)
    local slot = next_slot()
    local item, holder = "race-" .. slot, "racer-" .. user.number
    local request = { step = 0, amount = 7 }
    sleep(random() * 0.004)
    local claim = claim_key(user, item, holder, item .. ".key", request)
    local executed = claim.outcome == "execute"
    if executed then
      if claim.reclaimed then look_for_effect(user, claim, "race") end
      if not claim.receipt then use_tool(user, claim, "race", 1, request) end
      settle_key(user, claim)
    end
    local later = claim_key(user, item, holder, item .. ".key", request)
    local other = claim_key(user, item, holder, item .. ".key", { step = 0, amount = -1 })
    local effects = ledger(user, item)
    thresher.record("ledger", { item = item, effects = effects:json("effects") })
    check(claim, {
      ["a key executes once"] = #(effects:json("effects") or {}) == 1,
      ["whoever asks again is given the same"] = later.outcome == "replay" and later.receipt == claim.receipt,
      ["another request under the same key is refused"] = other.outcome == "mismatch",
    })
  end }

-- Many want one item. Who gets it keeps it for more than a lease's length, and then lets the others have it.
workers:task { "contention", weight = 2, tags = { "contention" },
  function(user)
    local slot = next_slot()
    local item, task, holder = "shared-" .. slot, "task-shared-" .. slot, "worker-" .. user.number
    post(user, "/tasks", "/tasks", { task_id = task })
    post(user, "/work-items", "/work-items", { task_id = task, work_item_id = item, max_retries = 1000 })
    local length, lease = shortest_lease + random(0, 700), nil
    for _ = 1, 20 do
      lease = acquire(user, item, task, holder, length)
      if lease then break end
      sleep(0.05 + random() * 0.1)
      sweep(user)
    end
    if not lease then return end  -- there were too many
    local kept = true
    for _ = 1, 3 do
      sleep(length / 1000 * (0.4 + random() * 0.4))
      kept = kept and renew(user, lease)
    end
    check(lease, { ["who renews in time keeps its lease"] = kept })
    if kept then check(lease, { ["its holder can release it"] = release(user, lease) }) end
  end }

-- An item that never succeeds: given up, or left until its lease runs out, as often as it may be tried.
workers:task { "retries", weight = 1, tags = { "retries" },
  function(user)
    local item, task, max_retries = "hopeless-" .. user.serial, "task-hopeless-" .. user.serial, random(0, 3)
    add_item(user, item, task, nil, max_retries)
    local attempts = 0
    while attempts < 8 do
      local lease = acquire(user, item, task, ("h%d-%d"):format(user.number, attempts + 1), shortest_lease)
      if not lease then break end
      attempts = attempts + 1
      if random() < 0.5 then
        local res, ago = post(user, "/work-items/" .. item .. "/fail", "/work-items/{id}/fail",
          claimant(lease, { error_message = "no luck" }))
        note_lease(lease, "failed", ago, { accepted = res.ok })
      else
        sleep(shortest_lease / 1000 + 0.02)
        sweep(user)
      end
    end
    local status = note_end(user, item)
    check(attempts, { ["an item is tried max_retries + 1 times"] = attempts == max_retries + 1
      and (status == "failed" or status == "expired") })
  end }

return workers
