-- The NWTN orchestrator's five agents under load: does every session come back in time, with an answer, and with the work of the agents
-- it needed, in their order?
--
--   thresher nwtn stress --quick --stand-in nwtn                                   with the document's report files and verdicts
--   thresher run scripts/nwtn_pipeline.lua --profile nwtn-quick --stand-in nwtn    the same load as any other run
--   thresher run scripts/nwtn_pipeline.lua --profile nwtn --host https://prsm.example.com
--   thresher rehearse scripts/nwtn_pipeline.lua --profile nwtn --seed 7            in virtual time, against the stand-in
--
-- Each iteration draws once what to ask: 40 % simple, 40 % medium, 20 % complex.

local thresher = require "thresher"
local check, pick = thresher.check, thresher.pick

local session_timeout, health_timeout = 10, 5  -- seconds
local shortest_answer = 10                     -- characters
local drift_limit = 3                          -- sessions without an answer, and none with one: the service keeps another contract

local pipeline = { "architect", "prompter", "router", "executor", "compiler" }
local place_of, agent_tags = {}, {}
for place, agent in ipairs(pipeline) do
  place_of[agent], agent_tags[agent] = place, { agent = agent }
end

-- What is asked: the context it is worth (FTNS) and the agents that have to work on it.
local simple = { complexity = "simple", context = 50, agents = { "architect", "executor" }, prompts = {
  "What is a vector database?", "What does eventual consistency mean?", "How do precision and recall differ?",
  "What is an agent's context window?",
} }
local medium = { complexity = "medium", context = 100, agents = { "architect", "router", "executor", "compiler" }, prompts = {
  "Compare three ways of charging for an agent platform, with the risks of each.",
  "Lay out how a shop with a hundred thousand orders a day should split its services.",
  "Summarise how the price of solar power came about over twenty years, and what may follow.",
  "Plan the move of a reporting system to streams, with the steps that cannot be undone.",
} }
local complex = { complexity = "complex", context = 200, agents = pipeline, prompts = {
  "Work out where error-corrected quantum computers would help machine learning first, with the evidence, the doubts, and what a "
    .. "company should prepare in each of the next five years.",
  "Design a system that takes a million requests at a time in under a millisecond: partitioning, caches, failure of a region, cost, "
    .. "and the tests that would show that it holds.",
  "Study how a hospital network could share models without sharing records: law, cryptography, incentives, and a plan for a pilot.",
} }

-- Waited for, in milliseconds, connecting included; the answer judged, not only its status; why it was no success; the agents' own times.
local session_time = thresher.trend("nwtn_session_time", { contains = "time" })
local success = thresher.rate "nwtn_session_success"
local errors = thresher.counter "nwtn_session_errors"
local agent_time = thresher.trend("nwtn_agent_time", { contains = "time" })
local breaker_refusals = thresher.counter "nwtn_breaker_refusals"
local breaker_activations = thresher.counter "nwtn_breaker_activations"

local step_fields = {
  "step_id", "agent_type", "agent_id", "input_data", "output_data", "execution_time", "confidence_score", "timestamp",
}

local function is_whole(step)
  if type(step) ~= "table" then return false end
  for _, field in ipairs(step_fields) do
    if step[field] == nil or step[field] == thresher.json.null then return false end
  end
  return type(step.execution_time) == "number" and step.execution_time >= 0
end

-- What is demanded of a session, in this order; the first demand that is not met is why it failed. `made` is what was learned of it.
local demands = {
  { name = "session is named", why = "no session_id", met = function(made, res)
    local id = res:json("session_id")
    if id == nil and not pcall(thresher.json.decode, res.body or "") then made.why = "answer is no JSON" end
    return type(id) == "string" and id ~= ""
  end },
  { name = "answer comes with the session (else: contract drift)", why = "contract drift", met = function(made, res)
    made.answer = res:json("final_answer")
    if made.answer == nil and res.body:find('"reasoning_trace"', 1, true) then made.why = "no final_answer" end
    return made.answer ~= nil
  end },
  { name = "answer says something", why = "empty answer", met = function(made)
    return type(made.answer) == "string" and #made.answer >= shortest_answer and #made.answer:gsub("%s", "") >= shortest_answer
  end },
  { name = "confidence is from 0 to 1", why = "confidence out of range", met = function(_, res)
    local confidence = res:json("confidence_score")
    return type(confidence) == "number" and confidence >= 0 and confidence <= 1
  end },
  { name = "trace is made of whole steps", why = "broken trace", met = function(made, res)
    local trace = res:json("reasoning_trace")
    if type(trace) ~= "table" or #trace == 0 then return false end
    made.trace = trace
    for _, step in ipairs(made.trace) do
      if not is_whole(step) then return false end
    end
    return true
  end },
  { name = "expected agents took part", why = "missing agent", met = function(made, _, asked)
    made.first = {}
    for at, step in ipairs(made.trace) do made.first[step.agent_type] = made.first[step.agent_type] or at end
    for _, agent in ipairs(asked.agents) do
      if not made.first[agent] then return false end
    end
    return true
  end },
  { name = "agents took part in pipeline order", why = "agents out of order", met = function(made)
    local last = 0
    for _, agent in ipairs(pipeline) do
      local at = made.first[agent]
      if at and at < last then return false end
      last = at or last
    end
    return true
  end },
}
for _, demand in ipairs(demands) do demand.verdict = {} end

local function transport_failure(res)
  if res.status == 0 then return res.error end
  if res.status == 503 and (res.body or ""):lower():find("circuit.?breaker") then
    breaker_refusals:add(1)
    return "circuit breaker open"
  end
  if res.status ~= 200 and res.status ~= 201 then return "HTTP " .. res.status end
end

-- Why the session is no success, or nil; and its trace, if that much is known.
local function judge(res, asked)
  local failure = transport_failure(res)
  check(res, { ["status is 200 or 201"] = failure == nil })
  if failure then return failure end
  local made = {}
  for _, demand in ipairs(demands) do
    local met = demand.met(made, res, asked)
    demand.verdict[demand.name] = met
    check(res, demand.verdict)
    if not met then return made.why or demand.why, made.trace end
  end
  return nil, made.trace
end

local function waited_ms(timings)
  return timings.blocked + timings.connecting + timings.tls_handshaking + timings.duration
end

local function note_agents(trace)
  for _, step in ipairs(trace) do
    local tags = type(step) == "table" and agent_tags[step.agent_type]
    if tags and type(step.execution_time) == "number" and step.execution_time >= 0 then
      agent_time:add(step.execution_time * 1000, tags)
    end
  end
end

-- A service that only ever creates sessions would make every one of them a failure, and none of those failures would tell more than the
-- first few did.
local answered, drifted = 0, 0
local function watch_contract(failure)
  if failure ~= "contract drift" then
    if failure == nil then answered = answered + 1 end
    return
  end
  drifted = drifted + 1
  if answered == 0 and drifted == drift_limit then
    thresher.abort("contract drift: the service answers POST /api/v1/sessions with the session's creation and without final_answer; "
      .. "this test needs the answer itself")
  end
end

local sessions = thresher.scenario {
  name = "nwtn_pipeline",
  tags = { "nwtn" },
  host = thresher.target("nwtn").url,
  wait = thresher.between(2, 10),
}

-- How often the circuit breaker has opened so far, when the service tells.
local function activations(user)
  local res = user:get("/health", { timeout = health_timeout, expect = { 200, 404, 503 } })
  local count = res.status ~= 0 and res:json("circuit_breaker.activations") or nil
  return type(count) == "number" and count or nil
end

function sessions:setup(user)
  return { activations = activations(user) }
end

function sessions:teardown(data, user)
  local before = data and data.activations
  local now = before and activations(user)
  if now then breaker_activations:add(math.max(0, now - before)) end
end

function sessions:on_start(user)
  user.id = ("stress_user_%04d"):format(user.number)
end

local function ask(user, asked)
  local res = user:post("/api/v1/sessions", { timeout = session_timeout, tags = { kind = "session" }, json = {
    prompt = pick(asked.prompts),
    user_id = user.id,
    context_allocation = asked.context,
    preferences = { complexity = asked.complexity, expected_agents = asked.agents },
  } })
  local failure, trace = judge(res, asked)
  session_time:add(waited_ms(res.timings))
  success:add(failure == nil)
  if trace then note_agents(trace) end
  if failure then errors:add(1, { why = failure }) end
  watch_contract(failure)
end

sessions:task { "simple", weight = 4, tags = { "simple" }, function(user) ask(user, simple) end }
sessions:task { "medium", weight = 4, tags = { "medium" }, function(user) ask(user, medium) end }
sessions:task { "complex", weight = 2, tags = { "complex" }, function(user) ask(user, complex) end }

return sessions
