-- Are the agents of the Leveredge fleet alive, and how fast do they say so?
--
--   thresher run scripts/health_checks.lua --profile light                 everything
--   thresher run scripts/health_checks.lua --profile light --tags core     only the core agents
--   thresher run scripts/health_checks.lua --host http://staging:8007      the same ports of another machine
--   thresher rehearse scripts/health_checks.lua --profile heavy --seed 7   in virtual time, against the stand-in

local thresher = require "thresher"
local check, group, pick, between = thresher.check, thresher.group, thresher.pick, thresher.between

-- The fleet: every agent listens on a port of its own, all of them on one host.
local core = {
  { name = "atlas", port = 8007 }, { name = "hades", port = 8008 }, { name = "chronos", port = 8010 },
  { name = "hephaestus", port = 8011 }, { name = "aegis", port = 8012 }, { name = "athena", port = 8013 },
  { name = "hermes", port = 8014 }, { name = "event-bus", port = 8099 },
}
local support = {
  { name = "aloy", port = 8015 }, { name = "argus", port = 8016 }, { name = "chiron", port = 8017 },
  { name = "scholar", port = 8018 }, { name = "sentinel", port = 8019 },
}
local creative = {
  { name = "muse", port = 8030 }, { name = "calliope", port = 8031 }, { name = "thalia", port = 8032 },
  { name = "erato", port = 8033 }, { name = "clio", port = 8034 },
}
local security = { { name = "cerberus", port = 8020 }, { name = "port-manager", port = 8021 } }

-- Asks one agent. `name` is what the report groups by; the tag tells the agents apart in thresholds and outputs:
-- "http_req_duration{agent:atlas}". A network failure is a response too (status 0), so there is nothing to catch.
local function ask(user, agent, name, timeout)
  local res = user:get("/health", { name = name, port = agent.port, timeout = timeout, tags = { agent = agent.name, kind = "health" } })
  return check(res, {
    ["status is 200"] = res.status == 200,
    ["says healthy"] = res:json("status") == "healthy",  -- a status alone can lie
  })
end

-- Most users: they look at one agent after the other, the core agents most often.
local health = thresher.scenario {
  name = "health_checks",
  tags = { "health" },               -- every task inherits these
  weight = 1,                        -- this scenario's share when several run together
  host = "http://127.0.0.1:8007",    -- --host or HOST overrides it
  wait = between(0.5, 2.0),          -- seconds a user thinks between tasks
}

health:task { "core agent", weight = 10, tags = { "core" }, function(user)
  ask(user, pick(core), "/health [core]", 5)
end }

health:task { "support agent", weight = 5, tags = { "support" }, function(user)
  ask(user, pick(support), "/health [support]", 5)
end }

health:task { "creative agent", weight = 3, tags = { "creative" }, function(user)
  ask(user, pick(creative), "/health [creative]", 5)
end }

health:task { "security agent", weight = 2, tags = { "security" }, function(user)
  ask(user, pick(security), "/health [security]", 5)
end }

health:task { "all agents", weight = 1, tags = { "batch" }, function(user)
  group("all agents", function()     -- timed as a whole, as group_duration
    for _, agents in ipairs { core, support, creative, security } do
      for _, agent in ipairs(agents) do ask(user, agent, "/health [batch]", 3) end
    end
  end)
end }

-- The others hammer one endpoint, hardly pausing, and give it little time.
local stress = thresher.scenario {
  name = "health_stress",
  tags = { "stress", "health" },
  weight = 1,
  host = "http://127.0.0.1:8007",
  wait = between(0.1, 0.3),
}

stress:task { "event bus", function(user)
  ask(user, core[#core], "/health [stress]", 2)
end }

return health
