-- The fleet as its usual day loads it: most people let ATLAS work, some programs only look and publish.
--
--   thresher run scripts/mixed.lua --profile light --stand-in leveredge      against the stand-in fleet
--   thresher run scripts/mixed.lua --tags api --users 100                    only the programs
--   thresher rehearse scripts/mixed.lua --profile heavy --seed 7             in virtual time

local thresher = require "thresher"
local check, pick, uuid = thresher.check, thresher.pick, thresher.uuid

local host = "http://127.0.0.1:8007"
local atlas, event_bus = 8007, 8099
local services = {
  { name = "atlas", port = atlas }, { name = "event-bus", port = event_bus }, { name = "hephaestus", port = 8011 },
}
local queries = {
  "What changed since yesterday?", "Plan the release of the billing service.", "Who waits for an approval?",
  "Summarise the incidents of this week.", "Which tasks are blocked, and by what?",
}

local function ask_health(user)
  local service = pick(services)
  local res = user:get("/health", { name = "/health", port = service.port, timeout = 5,
    tags = { agent = service.name, kind = "health" } })
  check(res, { ["status is 200"] = res.status == 200, ["says healthy"] = res:json("status") == "healthy" })
end

local function publish(user)
  local res = user:post("/events", { name = "/events [publish]", port = event_bus, timeout = 10, tags = { kind = "publish" },
    json = { source_agent = "LOAD_TEST", action = "test_event", details = { test_id = uuid() } } })
  check(res, {
    ["status is 200"] = res.status == 200,
    ["event is created"] = res:json("status") == "created",
    ["event has an id"] = res:json("id") ~= nil,
  })
end

local mixed = thresher.scenario {
  name = "mixed_workload",
  tags = { "mixed" },
  weight = 5,
  host = host,
  wait = thresher.between(1, 5),
}

function mixed:on_start(user) user.session = uuid() end

mixed:task { "health", weight = 3, ask_health }

-- ATLAS answers 200 whatever became of the work: what counts is what it says.
mixed:task { "execute", weight = 5, function(user)
  local res = user:post("/execute", { name = "/execute", port = atlas, timeout = 60, tags = { kind = "chat" }, json = {
    steps = { { step_id = "chat", agent = "aria", action = "chat" } },
    input = { query = pick(queries), session_id = user.session },
  } })
  local answer = res:json("final_output")
  check(res, {
    ["status is 200"] = res.status == 200,
    ["execution completed"] = res:json("status") == "completed",
    ["answer is not empty"] = answer ~= nil and answer ~= "",
  })
end }

mixed:task { "publish", weight = 2, publish }

local api = thresher.scenario {
  name = "api_only",
  tags = { "api" },
  weight = 3,
  host = host,
  wait = thresher.between(0.5, 2),
}

api:task { "health", weight = 5, ask_health }

local lists = {
  { path = "/chains", port = atlas, field = "chains" },
  { path = "/batches", port = atlas, field = "batches" },
  { path = "/events", port = event_bus, field = "events", limit = 10 },
}

api:task { "lists", weight = 3, function(user)
  local wanted = pick(lists)
  local res = user:get(wanted.path, { name = wanted.path, port = wanted.port, query = wanted.limit and { limit = wanted.limit },
    timeout = 10, tags = { kind = "query" } })
  local list = res:json(wanted.field)
  check(res, {
    ["status is 200"] = res.status == 200,
    ["list is there"] = type(list) == "table",
    ["limit is kept"] = not wanted.limit or (type(list) == "table" and #list <= wanted.limit),
  })
end }

api:task { "publish", weight = 2, publish }

return mixed
