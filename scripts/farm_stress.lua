-- The Farm's push integration: does a platform that runs agent workflows stay right under load and faults?
--
--   thresher run scripts/farm_stress.lua --tags push --stand-in aoa -i 1              one stress test against the stand-in
--   thresher run scripts/farm_stress.lua --tags push --host https://staging.example   ... against a platform of yours
--   thresher run scripts/farm_stress.lua --tags chaos --env CHAOS_RATE=0.5 -i 10      many faults
--   thresher run scripts/farm_stress.lua --tags stream --rate 20 --run-time 1m        workflows as an open load
--   thresher rehearse scripts/farm_stress.lua --profile light --seed 7                in virtual time, against the stand-in
--
-- Settings, by --env NAME=VALUE: TARGET_URL (or PLATFORM_URL), SCALE small|medium|large, WORKFLOW_COUNT 1-50, CHAOS_RATE 0-1, SEED,
-- TENANT_ID, WAIT=false (do not wait for the end), POLL_LIMIT (seconds to wait, 300).
--
-- The generator knows what a right platform does with every workflow; the validators hold the platform to it. One violation makes the
-- exit code 120, with a witness in the report; --history FILE keeps all there is to judge.

local thresher = require "thresher"
local check, env, sleep = thresher.check, thresher.env, thresher.sleep

local farm = thresher.generator "farm"
thresher.validator "oracle"               -- holds the whole run to the rules of its ground truth
local verdicts = thresher.validator "farm"  -- the Farm's own verdicts and its operator analysis

local scale = env("SCALE", "small")
local workflow_count = tonumber(env("WORKFLOW_COUNT", "5"))
local chaos_rate = tonumber(env("CHAOS_RATE", "0.2"))
local first_seed = tonumber(env("SEED", "12345"))
local poll_limit = tonumber(env("POLL_LIMIT", "300"))
local wait_for_end = env("WAIT", "true") ~= "false"
local tenant = env("TENANT_ID", "stress-test")

local call_timeout = 30              -- seconds; what the Farm allows a platform for one answer
local poll_first, poll_most = 0.25, 2  -- seconds between two looks: doubling from the first to the most
local terminal = { completed = true, completed_with_failures = true, failed = true, error = true }

local stress = thresher.scenario {
  name = "farm_stress",
  tags = { "farm" },
  host = env("TARGET_URL") or env("PLATFORM_URL") or thresher.target("aoa").url,
  wait = thresher.constant(1),
  preflight = false,  -- a push is the whole test
}

-- Who this user is to the platform, from here on.
local function act_as(user, tenant_id)
  user.headers = { ["Content-Type"] = "application/json", ["X-Tenant-ID"] = tenant_id }
end

-- Every iteration of every user has work of its own; the first has the seed asked for. A scenario takes the seeds from its own + 1000
-- on for its workflows, so scenarios keep further apart than that.
local function seed_of(user, distance) return first_seed + user.serial * distance end

local function post(user, path, body)
  return user:post("/api/v1/stress-test/" .. path, { name = "/" .. path, body = body, headers = user.headers, timeout = call_timeout })
end

-- A history: what is recorded goes to the run's validators, and stays here for a judgement of this one test.
local function history()
  local events = {}
  return events, function(event, fields, raw) events[#events + 1] = thresher.record(event, fields, raw) end
end

-- Says what became of a submission; gives the platform's id of it, or nil.
local function note_answer(record, res, item, id_name)
  local id = res.ok and res:json(id_name) or nil
  if id then
    record("accepted", { item = item, id = id }, { answer = res.body })
  else
    record("rejected", { item = item, status = res.status, error = res.error }, { answer = res.body or "null" })
  end
  return id
end

-- Looks at `path` until it shows an end: first at once, then less and less often. Gives the terminal answer, or nil.
local function poll(user, record, item, path, name)
  local began, pause, status = thresher.now(), poll_first, nil
  repeat
    local res = user:get(path, { name = name, headers = user.headers, timeout = call_timeout, expect = { 200, 404 } })
    status = res:json("status") or status
    record("poll", { item = item, http = res.status, status = res:json("status"), error = res.error })
    if res.status == 200 and terminal[status] then return res end
    sleep(pause)
    pause = math.min(pause * 2, poll_most)
  until thresher.now() - began > poll_limit
  record("gave_up", { item = item, waited_ms = (thresher.now() - began) * 1000, status = status })
end

-- A platform that takes our fleet and loses half of it would run the wrong test. Not every platform can be asked.
local function read_fleet_back(user, record, fleet)
  local res = user:get("/api/v1/stress-test/fleet",
    { name = "/fleet", headers = user.headers, timeout = call_timeout, expect = { 200, 404, 405, 501 } })
  if res.status == 200 and res:json("agents") then record("read_back", { item = "fleet" }, { sent = fleet, got = res.body }) end
end

-- One stress test: fleet, scenario, its execution, the verdict.
local function push(user, chaos)
  -- Users that push at the same time need fleets of their own, hence tenants of their own; the first has the one asked for.
  act_as(user, user.number == 1 and tenant or ("%s-%d"):format(tenant, user.number))
  local seed = seed_of(user, 100000)
  local now = math.floor(thresher.wall())
  local wanted = { pushed = true, scale = scale, workflow_count = workflow_count, chaos_rate = chaos, seed = seed, now = now }
  local fleet = farm:json("fleet", { scale = scale, seed = seed, now = now })
  local scenario = farm:json("scenario", wanted)
  local item = ("stress-%d-%s"):format(seed, scale)
  local events, record = history()

  record("fleet", { scenario = item }, { fleet = fleet })
  local taken = post(user, "fleet", fleet)
  record("fleet_answer", { scenario = item, status = taken.status, error = taken.error }, { answer = taken.body or "null" })
  local id
  if taken.ok then
    read_fleet_back(user, record, fleet)
    record("scenario", { scenario = item }, { document = scenario })
    id = note_answer(record, post(user, "scenario", scenario), item, "scenario_id")
  end
  if id and wait_for_end then
    local path = "/api/v1/stress-test/scenario/" .. id
    local result = poll(user, record, item, path, "/scenario/{id}")
    if result then
      record("result", { item = item }, { answer = result.body })
      local again = user:get(path, { name = "/scenario/{id} again", headers = user.headers, timeout = call_timeout })
      if again.ok then record("result", { item = item }, { answer = again.body }) end  -- an end is an end
    end
  end

  local run = verdicts:judge(events).documents
  local verdict = run.analysis and run.analysis.verdict or "NO_DATA"
  check(verdict, {
    ["fleet ingested"] = taken.ok,
    ["scenario accepted"] = id ~= nil,
    ["platform not failing"] = not wait_for_end or verdict == "PASS" or verdict == "DEGRADED",
  })
  if run.analysis then print(("%s: %s %s"):format(item, verdict, run.analysis.summary or "")) end
end

stress:task { "push", weight = 3, tags = { "push" }, function(user) push(user, chaos_rate) end }

stress:task { "push under chaos", weight = 1, tags = { "chaos" }, function(user) push(user, math.max(chaos_rate, 0.5)) end }

-- One workflow on its own: what a stream of them, at --rate, loads a platform with.
stress:task { "stream", weight = 6, tags = { "stream" },
  function(user)
    act_as(user, tenant)
    local _, record = history()
    local seed = seed_of(user, 1)
    local workflow = farm:json("workflow", { chaos_rate = chaos_rate, seed = seed, stream_sequence = user.serial })
    local item = ("wf-%d"):format(seed)
    record("workflow", { workflow = item }, { document = workflow })
    local res = post(user, "workflow", workflow)
    local id = note_answer(record, res, item, "execution_id")
    check(res, { ["workflow accepted"] = id ~= nil })
    if not id or not wait_for_end then return end
    local result = poll(user, record, item, "/api/v1/stress-test/workflow/" .. id, "/workflow/{id}")
    if result then record("result", { item = item }, { answer = result.body }) end
  end }

return stress
