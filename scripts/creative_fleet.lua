-- The creative fleet: MUSE plans, CALLIOPE writes, THALIA designs, CLIO reviews, and ATLAS runs whole campaigns of it.
--
--   thresher run scripts/creative_fleet.lua --profile light --stand-in leveredge         against the stand-in fleet
--   thresher run scripts/creative_fleet.lua --profile light --tags muse                  only projects, and their task graphs
--   thresher rehearse scripts/creative_fleet.lua --profile heavy --seed 7                in virtual time

local thresher = require "thresher"
local check, pick, random, sleep = thresher.check, thresher.pick, thresher.random, thresher.sleep

local host = "http://127.0.0.1:8030"
local ports = { atlas = 8007, muse = 8030, calliope = 8031, thalia = 8032, erato = 8033, clio = 8034 }
local creative_agents = { "muse", "calliope", "thalia", "erato", "clio" }
local work_timeout, campaign_timeout = 120, 300  -- seconds

local topics = {
  "shipping small steps", "what an agent may decide alone", "a week without meetings", "measuring before optimising",
  "reviews people like to get", "queues that do not grow",
}
local tones = { "professional", "casual", "technical" }
local audiences = { "developers", "executives", "general" }
local priorities = { "low", "normal", "high" }
local project_types = { "presentation", "document", "image", "video", "social" }
local platforms = { "twitter", "linkedin", "instagram", "facebook" }
local purposes = { "announcement", "invitation", "follow-up" }
local lengths = { "short", "medium" }
-- What the suite asks for, as what THALIA makes.
local designs = {
  { what = "thumbnail", path = "/design/thumbnail" }, { what = "social_banner", path = "/design/layout" },
  { what = "blog_header", path = "/design/layout" }, { what = "icon_set", path = "/design/ui-component" },
}

local function brief_of(what, topic)
  return ("A %s %s about %s, for %s"):format(pick(tones), what, topic, pick(audiences))
end

local function post(user, agent, path, body, name)
  return user:post(path, { name = name or path, port = ports[agent], json = body, timeout = work_timeout,
    tags = { agent = agent, kind = "creative" } })
end

-- Work that was answered with 200 may still have failed, or hold nothing.
local function check_work(res, content)
  local status = res:json("status")
  return check(res, {
    ["status is 200"] = res.status == 200,
    ["work did not fail"] = status ~= "failed" and status ~= "error" and res:json("error") == nil,
    ["work is not empty"] = content ~= nil and content ~= "",
  })
end

-- MUSE's tasks as a graph: ids that are unique, needs that are there, no cycle (Kahn's algorithm), an agent for each.
local function check_graph(res, tasks)
  local by_id, unique, needs_known, complete = {}, true, true, true
  for _, task in ipairs(tasks) do
    unique = unique and task.task_id ~= nil and by_id[task.task_id] == nil
    complete = complete and task.agent ~= nil and task.task_type ~= nil and (task.description or "") ~= ""
    if task.task_id ~= nil then by_id[task.task_id] = task end
  end
  local needed_by, open, ready = {}, {}, {}
  for id, task in pairs(by_id) do
    local needs = task.depends_on or {}
    open[id] = #needs
    if #needs == 0 then ready[#ready + 1] = id end
    for _, need in ipairs(needs) do
      needs_known = needs_known and by_id[need] ~= nil
      needed_by[need] = needed_by[need] or {}
      table.insert(needed_by[need], id)
    end
  end
  local done = 0
  while #ready > 0 do
    local id = table.remove(ready)
    done = done + 1
    for _, follower in ipairs(needed_by[id] or {}) do
      open[follower] = open[follower] - 1
      if open[follower] == 0 then ready[#ready + 1] = follower end
    end
  end
  local count = 0
  for _ in pairs(by_id) do count = count + 1 end
  return check(res, {
    ["breakdown has tasks"] = #tasks > 0,
    ["breakdown's ids are unique"] = unique,
    ["breakdown's needs are in it"] = needs_known,
    ["breakdown has no cycle"] = not needs_known or done == count,
    ["breakdown's tasks are whole"] = complete,
  })
end

local function plan(user, topic)
  local type_of_project = pick(project_types)
  local res = post(user, "muse", "/projects/create", {
    type = type_of_project, brief = brief_of(type_of_project, topic), brand_id = "load-test", priority = pick(priorities),
    deadline = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(thresher.wall()) + 7 * 86400),
  })
  local tasks = res:json("task_breakdown")
  check_work(res, res:json("project_id"))
  return check_graph(res, type(tasks) == "table" and tasks or {})
end

local writing = {
  function(topic) return { type = "blog_post", brief = brief_of("blog post", topic), length = 800 } end,
  function(topic) return { type = "social_post", brief = brief_of("post", topic), length = "short", platform = pick(platforms) } end,
  function(topic)
    return { type = "email", brief = brief_of("email", topic), length = "medium", context = { purpose = pick(purposes) } }
  end,
  function(topic)
    return { type = "summary", brief = "Summarise a text about " .. topic, length = pick(lengths),
      context = { source_text = ("Notes on %s. "):format(topic):rep(20) } }
  end,
}

-- Gives the text, or nil.
local function write(user, topic)
  local body = pick(writing)(topic)
  body.tone = pick(tones)
  local res = post(user, "calliope", "/write", body)
  local content = res:json("content")
  return check_work(res, content) and content or nil
end

local function design(user, topic)
  local wanted = pick(designs)
  local res = post(user, "thalia", wanted.path, { brief = brief_of(wanted.what, topic), design_type = wanted.what })
  return check_work(res, res:json("asset_url"))
end

local function review(user, content)
  local res = post(user, "clio", "/review", { content = content, type = "text", criteria = { "brand", "grammar", "clarity" } })
  local score = res:json("score")
  local good = check_work(res, res:json("review_id"))
  return check(res, {
    ["verdict is given"] = type(res:json("approved")) == "boolean",
    ["score is from 0 to 100"] = type(score) == "number" and score >= 0 and score <= 100,
  }) and good
end

local fleet = thresher.scenario {
  name = "creative_fleet",
  tags = { "creative" },
  weight = 1,
  host = host,
  wait = thresher.between(5, 15),
}

fleet:task { "plan a project", weight = 5, tags = { "muse", "orchestration" }, function(user) plan(user, pick(topics)) end }
fleet:task { "write", weight = 4, tags = { "calliope", "writing" }, function(user) write(user, pick(topics)) end }
fleet:task { "design", weight = 3, tags = { "thalia", "design" }, function(user) design(user, pick(topics)) end }
fleet:task { "review", weight = 2, tags = { "clio", "assets" }, function(user)
  review(user, ("On %s: agents plan before they act."):format(pick(topics)))
end }

fleet:task { "health", weight = 2, tags = { "health" }, function(user)
  for _, agent in ipairs(creative_agents) do
    local res = user:get("/health", { name = "/health [creative]", port = ports[agent], timeout = 5,
      tags = { agent = agent, kind = "health" } })
    check(res, { ["status is 200"] = res.status == 200, ["says healthy"] = res:json("status") == "healthy" })
  end
end }

-- One piece through all hands. What fails ends it: nobody designs for a text that was not written.
fleet:task { "pipeline", weight = 1, tags = { "pipeline" }, function(user)
  local topic = pick(topics)
  local whole = thresher.group("pipeline", function()
    if not plan(user, topic) then return false end
    local content = write(user, topic)
    return content ~= nil and design(user, topic) and review(user, content)
  end)
  check(whole, { ["pipeline came to its end"] = whole })
end }

-- Campaigns: many projects at once, side by side in ATLAS, followed up by the batch's own id.
local campaigns = thresher.scenario {
  name = "creative_batch",
  tags = { "creative" },
  weight = 1,
  host = host,
  wait = thresher.between(10, 30),
}

local function campaign_tasks(topic, campaign_id)
  local tasks = {}
  local per_platform = random(3, 10)
  local chosen = { pick(platforms) }
  repeat
    local other = pick(platforms)
    if other ~= chosen[1] then chosen[2] = other end
  until chosen[2]
  for _, platform in ipairs(chosen) do
    for number = 1, per_platform do
      tasks[#tasks + 1] = { agent = "muse", action = "create-project", input = {
        batch_type = "social_media_campaign", platforms = chosen, count_per_platform = per_platform, topic = topic,
        campaign_id = campaign_id, platform = platform, number = number,
      } }
    end
  end
  return tasks
end

-- Looks until the batch has ended or the time is up, less and less often. Gives the last status seen.
local function await_batch(user, id)
  local began, pause, status = thresher.now(), 0.5, nil
  repeat
    sleep(pause)
    pause = math.min(pause * 2, 8)
    local res = user:get("/batch/" .. id .. "/status", { name = "/batch/{id}/status", port = ports.atlas, timeout = 10,
      tags = { kind = "query" } })
    status = res:json("status") or status
  until (status and status ~= "running") or thresher.now() - began > campaign_timeout
  return status
end

campaigns:task { "campaign", tags = { "batch" }, function(user)
  local tasks = campaign_tasks(pick(topics), thresher.uuid())
  local began = thresher.now()
  local res = user:post("/execute-parallel", { name = "/execute-parallel", port = ports.atlas, timeout = campaign_timeout,
    json = { tasks = tasks, concurrency = 10 }, tags = { kind = "batch" } })
  local id = res:json("batch_id")
  local taken = check(res, {
    ["status is 200"] = res.status == 200,
    ["batch has an id"] = id ~= nil,
    ["batch has all tasks"] = res:json("total_tasks") == #tasks,
  })
  if not taken then return end
  local status = await_batch(user, id)
  local results = user:get("/batch/" .. id .. "/results", { name = "/batch/{id}/results", port = ports.atlas, timeout = 10,
    tags = { kind = "query" } })
  local list, failed = results:json("results"), 0
  for _, each in ipairs(type(list) == "table" and list or {}) do
    if each.status ~= "completed" then failed = failed + 1 end
  end
  check(results, {
    ["batch completed"] = status == "completed",
    ["a result for every task"] = type(list) == "table" and #list == #tasks,
    ["no task failed"] = failed == 0,
    ["batch in time"] = thresher.now() - began <= campaign_timeout,
  })
end }

return fleet
