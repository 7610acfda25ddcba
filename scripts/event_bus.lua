-- The event bus: agents publish, subscribers read and acknowledge, humans respond. What a user published it follows up by its own id.
--
--   thresher run scripts/event_bus.lua --profile event-bus-only --stand-in leveredge    against the stand-in
--   thresher run scripts/event_bus.lua --profile medium --tags event-bus,throughput     also those who only publish
--   thresher run scripts/ --profile stress                                              the throughput task, and the health check's
--   thresher rehearse scripts/event_bus.lua --profile heavy --seed 7                    in virtual time

local thresher = require "thresher"
local check, pick, random, uuid = thresher.check, thresher.pick, thresher.random, thresher.uuid

local host = "http://127.0.0.1:8099"

local event_types = {
  "workflow.created", "workflow.updated", "workflow.deleted", "workflow.executed", "workflow.failed",
  "agent.request", "agent.response", "agent.error", "agent.health",
  "system.alert", "system.metric", "system.backup",
  "user.action", "user.notification",
}
local approval = "user.approval_required"  -- left to those who also respond: pending events would only pile up
local all_types = { approval, unpack(event_types) }
local agents = {
  "ATLAS", "HEPHAESTUS", "AEGIS", "HERMES", "CHRONOS", "HADES", "ATHENA", "ALOY", "ARGUS", "SCHOLAR", "MUSE", "CALLIOPE", "THALIA",
  "SENTINEL",
}
local priorities = { "low", "normal", "high" }
local limits = { 10, 20, 50 }

local function action_of(event_type) return event_type:sub(event_type:find(".", 1, true) + 1) end

local function event_of(types)
  local event_type = pick(types)
  return {
    source_agent = pick(agents),
    event_type = event_type,
    timestamp = thresher.timestamp(),
    correlation_id = uuid(),
    action = action_of(event_type),
    target = pick(agents),
    details = {
      test_id = uuid(),
      message = "load test",
      metrics = { latency_ms = random(10, 500), queue_depth = random(0, 100) },
    },
    priority = pick(priorities),
  }
end

-- Publishes; gives the event with the id and the subscribers that the bus gave it, or nil when it was not taken.
local function publish(user, event, name, timeout)
  local res = user:post("/events", { name = name, json = event, timeout = timeout, tags = { kind = "publish" } })
  local id = res:json("id")
  local good = check(res, {
    ["status is 200"] = res.status == 200,
    ["event is created"] = res:json("status") == "created",
    ["event has an id"] = type(id) == "string" and id ~= "",
    ["subscribers are told"] = type(res:json("subscribed_agents")) == "table",
  })
  if not good then return nil end
  event.id, event.subscribed = id, res:json("subscribed_agents")
  return event
end

local function has_event(list, id)
  for _, event in ipairs(list) do
    if event.id == id then return true end
  end
  return false
end

-- A list of events, judged: it keeps to its limit, counts itself right, and holds only what `belongs`. When it is not full it is
-- complete, and then the last of our own events that belongs in it must be there.
local function check_list(res, list_name, limit, own, belongs)
  local list = res:json(list_name)
  local readable = type(list) == "table"
  local alien = false
  for _, event in ipairs(readable and list or {}) do alien = alien or (belongs ~= nil and not belongs(event)) end
  local complete = readable and #list < limit
  check(res, {
    ["status is 200"] = res.status == 200,
    ["events are listed"] = readable,
    ["count is right"] = readable and res:json("count") == #list,
    ["limit is kept"] = readable and #list <= limit,
    ["only what was asked for"] = not alien,
  })
  if own and complete then check(res, { ["own event is there"] = has_event(list, own.id) }) end
  return readable and list or {}
end

local function reaches(event, agent)
  for _, each in ipairs(event.subscribed or event.subscribed_agents or {}) do
    if each == agent then return true end
  end
  return false
end

local bus = thresher.scenario {
  name = "event_bus",
  tags = { "event-bus" },
  weight = 2,
  host = host,
  wait = thresher.between(0.5, 2),
}

-- user.own: the last event; user.unread: own events nobody acknowledged yet; user.approvals: own ones that await a human. Of both only
-- the newest: a busy bus need not remember for ever.
local kept = 3

function bus:on_start(user) user.own, user.unread, user.approvals = nil, {}, {} end

local function keep(list, event)
  list[#list + 1] = event
  if #list > kept then table.remove(list, 1) end
end

local function publish_own(user)
  local event = publish(user, event_of(all_types), "/events [publish]", 10)
  if not event then return nil end
  user.own = event
  keep(event.event_type == approval and user.approvals or user.unread, event)
  return event
end

bus:task { "publish", weight = 10, tags = { "publish" }, publish_own }

bus:task { "query", weight = 5, tags = { "query" }, function(user)
  local limit = pick(limits)
  local source = random(1, 2) == 1 and (user.own and user.own.source_agent or pick(agents)) or nil
  local res = user:get("/events", { name = "/events [query]", query = { limit = limit, source_agent = source }, timeout = 10,
    tags = { kind = "query" } })
  check_list(res, "events", limit, user.own, source and function(event) return event.source_agent == source end)
end }

bus:task { "acknowledge", weight = 3, tags = { "acknowledge" }, function(user)
  local event = table.remove(user.unread) or publish_own(user)
  if not event or event.event_type == approval then return end
  if user.unread[#user.unread] == event then table.remove(user.unread) end
  local agent = event.subscribed[1] or event.target
  local res = user:post("/events/" .. event.id .. "/acknowledge", { name = "/events/{id}/acknowledge", query = { agent = agent },
    timeout = 10, tags = { kind = "acknowledge" } })
  check(res, {
    ["status is 200"] = res.status == 200,
    ["own event is acknowledged"] = res:json("status") == "acknowledged",
  })
end }

bus:task { "health", weight = 2, tags = { "health" }, function(user)
  local res = user:get("/health", { name = "/health [event-bus]", timeout = 5, tags = { kind = "health" } })
  check(res, { ["status is 200"] = res.status == 200, ["says healthy"] = res:json("status") == "healthy" })
end }

bus:task { "agent events", weight = 2, tags = { "agent-events" }, function(user)
  local own = user.own
  local agent = own and own.subscribed[1] or pick(agents)
  local limit = 20
  local res = user:get("/agents/" .. agent .. "/events", { name = "/agents/{agent}/events", query = { limit = limit }, timeout = 10,
    tags = { kind = "query" } })
  check(res, { ["list is the agent's"] = res:json("agent") == agent })
  check_list(res, "events", limit, own and reaches(own, agent) and own or nil)
end }

bus:task { "pending", weight = 1, tags = { "pending" }, function(user)
  local res = user:get("/events/pending/human", { name = "/events/pending/human", timeout = 10, tags = { kind = "query" } })
  check_list(res, "pending", math.huge, user.approvals[#user.approvals])
  local event = table.remove(user.approvals)
  if not event then return end
  local answered = user:post("/events/" .. event.id .. "/respond", { name = "/events/{id}/respond",
    json = { response = "approved", responder = "LOAD_TEST" }, timeout = 10, tags = { kind = "respond" } })
  check(answered, {
    ["status is 200"] = answered.status == 200,
    ["own approval is responded to"] = answered:json("status") == "responded",
  })
end }

-- Nothing but publishing, nearly without a pause.
local throughput = thresher.scenario {
  name = "event_bus_throughput",
  tags = { "event-bus" },
  weight = 1,
  host = host,
  wait = thresher.between(0.05, 0.2),
}

throughput:task { "publish", tags = { "throughput" }, function(user)
  publish(user, event_of(event_types), "/events [throughput]", 5)
end }

-- Bursts whose events can be told apart: an event's place is in its details.
local burst = thresher.scenario {
  name = "event_bus_burst",
  tags = { "event-bus" },
  weight = 1,
  host = host,
  wait = thresher.between(0.01, 0.05),
}

function burst:on_start(user) user.burst, user.sequence = uuid(), 0 end

burst:task { "publish", tags = { "burst" }, function(user)
  user.sequence = user.sequence + 1
  local event = event_of(event_types)
  event.details.burst_id, event.details.burst_sequence = user.burst, user.sequence
  publish(user, event, "/events [burst]", 3)
end }

return bus
