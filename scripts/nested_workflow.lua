-- Workflows that call themselves, on a durable gateway: submitted, followed until they end, their call tree checked.
--
--   thresher run scripts/nested_workflow.lua --stand-in gateway --users 16 --run-time 30s      against the stand-in
--   thresher run scripts/nested_workflow.lua --host http://localhost:8080 --tags async --env TARGET=my-agent.plan
--   thresher run scripts/nested_workflow.lua --tags batch --users 512 --env DEPTH=5 --env WIDTH=3 --env PAYLOAD_BYTES=32768
--   thresher rehearse scripts/nested_workflow.lua --profile light --seed 7                     in virtual time
--   thresher nested --help                                  the same work with the options and the JSON of the public script
--
-- Tags: sync (the answer is the result), async (each execution is polled), batch (one call asks for all who wait).
--
-- Settings, by --env NAME=VALUE: TARGET node.reasoner, DEPTH and WIDTH of the call tree, PAYLOAD_BYTES, SEED of the payload,
-- HEADERS "KEY:VALUE,KEY:VALUE", REQUEST_TIMEOUT and EXECUTION_TIMEOUT (s), POLL_INTERVAL, MAX_POLL_INTERVAL (s), BACKOFF_MULTIPLIER,
-- JITTER (0 to 1), RETRIES after a refusal (0), UNKNOWN_TIMEOUT (s), SYNC_PREFIX, ASYNC_PREFIX, STATUS_ENDPOINT, RESULT: checked (is
-- there one, and is it this request's?) or off, and DAG: tree (is the call tree the one that DEPTH and WIDTH ask for?), graph (is it
-- a sound tree at all?) or off.

local thresher = require "thresher"
local check, env, sleep, now = thresher.check, thresher.env, thresher.sleep, thresher.now
local decode, encode = thresher.json.decode, thresher.json.encode

local function number(name, default, low, high)
  local text = env(name, tostring(default))
  local value = tonumber(text)
  if value and value >= low and value <= (high or math.huge) then return value end
  error(("%s=%s: expected a number from %g%s"):format(name, text, low, high and (" to %g"):format(high) or " on"), 0)
end

local function one_of(name, default, choices)
  local value = env(name, default)
  for _, choice in ipairs(choices) do
    if value == choice then return value end
  end
  error(("%s=%s: expected %s"):format(name, value, table.concat(choices, ", ")), 0)
end

local target = env("TARGET", "demo-agent.synthetic_nested")
local depth, width = number("DEPTH", 2, 0), number("WIDTH", 2, 0)
local payload_bytes = number("PAYLOAD_BYTES", 1024, 0, 2 ^ 27)
local request_timeout, execution_timeout = number("REQUEST_TIMEOUT", 60, 0.001), number("EXECUTION_TIMEOUT", 600, 0.001)
local poll_interval, poll_most = number("POLL_INTERVAL", 0.25, 0.001), number("MAX_POLL_INTERVAL", 5, 0.001)
local multiplier, jitter = number("BACKOFF_MULTIPLIER", 1.7, 1), number("JITTER", 0.2, 0, 1)
local retries, unknown_timeout = number("RETRIES", 0, 0), number("UNKNOWN_TIMEOUT", 30, 0)
local sync_prefix, async_prefix = env("SYNC_PREFIX", "/api/v1/execute"), env("ASYNC_PREFIX", "/api/v1/execute/async")
local status_endpoint = env("STATUS_ENDPOINT", "/api/v1/executions")
local dag_check = one_of("DAG", "tree", { "tree", "graph", "off" })
local exact_tree = dag_check == "tree" and depth > 0 and width > 0  -- else the reasoner's own idea of a tree stands
local result_check = one_of("RESULT", "checked", { "checked", "off" })
local counted = env("SEQUENCE") == "counted"  -- from 0 without gaps, which needs a single worker

-- What the gateway, its predecessors and its workers call the same things.
local succeeded = { succeeded = true, success = true, completed = true, done = true, ok = true }
local failed = { failed = true, error = true, cancelled = true, canceled = true, timeout = true, timed_out = true }
local going_on = { pending = true, queued = true, running = true, waiting = true, in_progress = true }

-- Requests -----------------------------------------------------------------------------------------------------------------

local function read_headers(text)
  local headers = { ["Content-Type"] = "application/json" }
  if text:sub(1, 1) == "{" then
    for name, value in pairs(decode(text)) do headers[name] = value end
    return headers
  end
  for pair in text:gmatch "[^,]+" do
    local name, value = pair:match "^%s*([^:=%s]+)%s*[:=]%s*(.-)%s*$"
    if not name then error(("HEADERS: '%s' is no KEY:VALUE"):format(pair), 0) end
    headers[name] = value
  end
  return headers
end

local headers = read_headers(env("HEADERS", ""))

-- Hexadecimal digits that depend on SEED alone. The block that is repeated is longer than the windows of gzip and deflate, so that
-- a proxy that compresses meets what it would meet with all digits drawn.
local function make_payload(bytes, seed)
  local block, state = {}, seed % 2147483646 + 1
  for i = 1, math.min(math.ceil(bytes / 6), 16384) do
    state = state * 48271 % 2147483647  -- MINSTD (Park and Miller, CACM 31:10, 1988), with the multiplier of its revision of 1993
    block[i] = ("%06x"):format(state % 16777216)
  end
  local digits = table.concat(block)
  if #digits < bytes then digits = digits:rep(math.ceil(bytes / #digits)) end
  return digits:sub(1, bytes)
end

local payload = make_payload(payload_bytes, number("SEED", 12345, 0))

-- The body as a list of texts, which are sent one after the other: a payload of megabytes is there once, for all requests.
local function default_body()
  local input = '"'
  if depth > 0 then input = input .. (',"depth":%d'):format(depth) end
  if width > 0 then input = input .. (',"width":%d'):format(width) end
  return { '{"input":{"sequence":', "{seq}", ',"payload":"', "{payload}", input .. "}}" }
end

-- TEMPLATE: a JSON list of texts, of which "{seq}" and "{payload}" are filled in.
local template = env("TEMPLATE") and decode(env("TEMPLATE")) or default_body()

local function body_of(sequence)
  local body = {}
  for i, part in ipairs(template) do
    body[i] = part == "{seq}" and ("%d"):format(sequence) or part == "{payload}" and payload or part
  end
  return body
end

local sequences = 0
local function next_sequence(user)
  if not counted then return user.serial end
  sequences = sequences + 1
  return sequences - 1
end

-- Outcomes -----------------------------------------------------------------------------------------------------------------

-- A flow is one workflow as we know it: `low` and `high` are the moments between which it ended.
local function finish(flow, status, res, answer)
  flow.status, flow.http, flow.error, flow.error_detail = status, res and res.status or 0, res and res.error, res and res.error_detail
  flow.answer = answer or (res and res.body)
  flow.ended = true
end

local function gateway_is_full(res)
  if res.status == 429 then return true end
  if res.status ~= 503 then return false end
  local why = res:json("error")
  return res:json("error_category") == "concurrency_limit" or res.headers["Retry-After"] ~= nil
    or (type(why) == "string" and why:find("queue is full", 1, true) ~= nil)
end

local function seconds_to_wait(res)
  return tonumber(res.headers["Retry-After"]) or tonumber(res:json("retry_after")) or 1
end

-- What an answer that is no success is counted as.
local function name_of_refusal(res)
  if res.status == 0 then return "exception" end
  local status = res:json("status")
  if type(status) == "string" and failed[status:lower()] then return status:lower() end  -- it failed, and the gateway says 502
  return gateway_is_full(res) and "queue_full" or "http_" .. res.status
end

-- There is no idempotency key: a request whose answer got lost may have done its work. Only a refusal is safe to repeat.
local function submit(user, flow, prefix, name)
  for attempt = 0, retries do
    flow.sent = now()
    local res = user:post(prefix .. "/" .. target,
      { name = name, body = body_of(flow.sequence), headers = headers, timeout = request_timeout, redirects = false })
    flow.answered = now()
    flow.low, flow.high = flow.sent, flow.answered
    if not gateway_is_full(res) then return res end
    flow.refusals = flow.refusals + 1
    if attempt < retries then
      flow.retries = flow.retries + 1
      sleep(seconds_to_wait(res) * (1 + thresher.random() * jitter))  -- no sooner than asked, and not all at once
    else
      return res
    end
  end
end

-- Polling ------------------------------------------------------------------------------------------------------------------

-- Seconds since 1970 and how finely they are told, or nil: "2026-11-21T02:46:00.123Z", "...+02:00".
local function instant(text)
  if type(text) ~= "string" then return nil end
  local y, mo, d, h, mi, s, fraction, zone = text:match "^(%d%d%d%d)-(%d%d)-(%d%d)[T ](%d%d):(%d%d):(%d%d)(%.?%d*)(.*)$"
  if not y then return nil end
  local offset = 0
  if zone ~= "Z" and zone ~= "" then
    local sign, hours, minutes = zone:match "^([+-])(%d%d):?(%d%d)$"
    if not sign then return nil end
    offset = (hours * 3600 + minutes * 60) * (sign == "-" and -1 or 1)
  end
  -- Days since 1970 by counting years from March, so that the leap day comes last.
  local year, month = tonumber(y), tonumber(mo)
  if month <= 2 then year, month = year - 1, month + 12 end
  local days = 365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
    + math.floor((153 * (month - 3) + 2) / 5) + d - 1 - 719468
  local digits = math.max(#fraction - 1, 0)
  return days * 86400 + h * 3600 + mi * 60 + s + (digits > 0 and tonumber("0" .. fraction) or 0) - offset, 10 ^ -digits
end

-- Polling says only between which two looks a workflow ended. The gateway's clock says more: it stamped the submission while we
-- waited for the answer, so `completed_at - created_at` counts from a moment between `sent` and `answered`. Only differences of its
-- clock are used; should the two contradict each other, what we saw ourselves stands.
local function narrow(flow, ended)
  local created, fine = instant(flow.created_at)
  local completed, also_fine = instant(ended.completed_at)
  if not created or not completed then return end
  local span, doubt = completed - created, fine + also_fine
  local low, high = math.max(flow.low, flow.sent + span - doubt), math.min(flow.high, flow.answered + span + doubt)
  flow.evidence = low <= high and "gateway's clock" or "polling; the gateway's clock disagrees"
  if low <= high then flow.low, flow.high = low, high end
end

-- One look at a workflow, sent and answered at these moments. `ended` says more of one that has ended, when it is asked for.
local function observe(flow, asked, res, status, ended, answer)
  flow.polls = flow.polls + 1
  local seen = now()
  status = type(status) == "string" and status:lower() or nil
  if res.ok and (succeeded[status] or failed[status]) then
    flow.low, flow.high, flow.evidence = flow.seen_running or flow.sent, seen, "polling"
    narrow(flow, ended())
    return finish(flow, status, res, answer)
  end
  if res.ok and going_on[status] then
    flow.seen_running, flow.doubtful_since = asked, nil
  else
    -- Unknown to the gateway, or no word of it: that may pass, but not any later than UNKNOWN_TIMEOUT.
    flow.doubtful_since = flow.doubtful_since or asked
    if seen - flow.doubtful_since >= unknown_timeout then
      flow.high = seen
      return finish(flow, res.ok and "unknown" or res.status == 404 and "not_found" or name_of_refusal(res), res, answer)
    end
  end
  if seen >= flow.deadline then
    flow.high = seen
    finish(flow, "exception", res, answer)
    flow.error, flow.error_detail = "execution_timeout", ("not at an end after %g s"):format(execution_timeout)
  end
end

-- Seconds until the next look; each is `multiplier` times as long as the one before it.
local function next_pause(flow, res)
  local pause = flow.pause * (1 + (thresher.random() * 2 - 1) * jitter)
  flow.pause = math.min(flow.pause * multiplier, poll_most)
  if res and gateway_is_full(res) then pause = math.max(pause, seconds_to_wait(res)) end
  return math.max(math.min(pause, flow.deadline - now()), 0.001)
end

local function poll(user, flow)
  repeat
    local asked = now()
    local res = user:get(status_endpoint .. "/" .. flow.id,
      { name = "/executions/{id}", headers = headers, timeout = request_timeout, redirects = false })
    observe(flow, asked, res, res:json("status"), function() return { completed_at = res:json("completed_at") } end)
    if not flow.ended then sleep(next_pause(flow, res)) end
  until flow.ended
end

-- All workflows of this worker that are waited for. Whoever's look is due first asks for all of them.
local board, asking_since = {}, nil

local function ask_for_all(user)
  local ids, asked = {}, now()
  for id, flow in pairs(board) do
    if asked < flow.deadline + request_timeout then ids[#ids + 1] = id else board[id] = nil end  -- its user was stopped
  end
  table.sort(ids)
  asking_since = asked
  local res = user:post(status_endpoint .. "/batch-status", { name = "/executions/batch-status", json = { execution_ids = ids },
    headers = headers, timeout = request_timeout, redirects = false })
  asking_since = nil
  if res.status == 404 or res.status == 405 then return false end
  local all = res:json()
  all = type(all) == "table" and all or {}
  for _, id in ipairs(ids) do
    local flow, told = board[id], all[id]
    local one = type(told) == "table" and told or { status = told }
    if flow and not flow.ended then
      observe(flow, asked, res, one.status, function() return one end, res.ok and encode(one) or nil)
      flow.due = now() + next_pause(flow, res)
    end
  end
  return true
end

local function wait_on_board(user, flow)
  board[flow.id] = flow
  flow.due = now() + next_pause(flow)
  repeat
    -- A call in progress will tell of this workflow too, unless its user was stopped.
    local free = not asking_since or now() - asking_since > 2 * request_timeout
    if now() >= flow.due and free then
      if not ask_for_all(user) then
        board[flow.id] = nil
        return poll(user, flow)  -- a gateway without this call
      end
    else
      sleep(math.max(math.min(flow.due - now(), poll_interval), 0.01))
    end
  until flow.ended
  board[flow.id] = nil
end

-- Results ------------------------------------------------------------------------------------------------------------------

-- Success without a result is none, and neither is the result of another request, where a result says whose it is.
local function check_result(flow)
  local said = decode(flow.answer)
  local result = type(said) == "table" and said.result or nil
  if result == thresher.json.null then result = nil end
  local sequence = type(result) == "table" and result.sequence or nil
  local own = sequence == nil or sequence == thresher.json.null or sequence == flow.sequence
  check(flow, { ["result is there"] = result ~= nil, ["result is the request's own"] = own })
  if result == nil then flow.status = "no_result" elseif not own then flow.status = "wrong_result" end
end

-- The call tree ------------------------------------------------------------------------------------------------------------

local function count_of_tree()
  local nodes, level = 1, 1
  for _ = 1, depth do
    level = level * width
    nodes = nodes + level
  end
  return nodes
end

-- What is wrong with one node of the tree, by where it stands; nil when nothing is.
local function node_problem(node, parent, level, ids)
  local id = node.execution_id
  local children = type(node.children) == "table" and node.children or {}
  if type(id) ~= "string" then return "a node has no execution_id" end
  if ids[id] then return id .. " is in it twice" end
  if node.workflow_depth ~= level then return ("%s says depth %s at depth %d"):format(id, tostring(node.workflow_depth), level) end
  local claimed = node.parent_execution_id
  if parent and claimed ~= parent.execution_id then return ("%s names %s as its parent, not %s"):format(id, tostring(claimed), parent.execution_id) end
  if not parent and type(claimed) == "string" then return ("the root %s has a parent"):format(id) end
  if not succeeded[node.status] then return ("%s is %s in a workflow that succeeded"):format(id, tostring(node.status)) end
  local from = parent and instant(parent.started_at)
  local began = instant(node.started_at)
  if from and began and began < from then return id .. " began before its parent" end
  if exact_tree and level < depth and #children ~= width then
    return ("%s has %d children, not %d"):format(id, #children, width)
  end
  if exact_tree and level >= depth and #children > 0 then return ("%s has children at the last depth"):format(id) end
end

-- What is wrong with the workflow's graph; nil when nothing is.
local function graph_problem(graph, flow)
  if type(graph) ~= "table" or type(graph.dag) ~= "table" then return "the answer has no dag" end
  local ids, nodes, deepest, stack = {}, 0, 0, { { graph.dag, nil, 0 } }
  while #stack > 0 do
    local node, parent, level = unpack(table.remove(stack), 1, 3)
    local problem = node_problem(node, parent, level, ids)
    if problem then return problem end
    ids[node.execution_id], nodes, deepest = true, nodes + 1, math.max(deepest, level)
    for _, child in ipairs(type(node.children) == "table" and node.children or {}) do
      stack[#stack + 1] = { child, node, level + 1 }
    end
  end
  if flow.id and graph.dag.execution_id ~= flow.id then return "its root is not the execution submitted" end
  if graph.total_nodes ~= nodes then return ("it has %d nodes and says %s"):format(nodes, tostring(graph.total_nodes)) end
  if graph.max_depth ~= deepest then return ("it is %d deep and says %s"):format(deepest, tostring(graph.max_depth)) end
  if exact_tree and nodes ~= count_of_tree() then
    return ("it has %d nodes where depth %d and width %d make %d"):format(nodes, depth, width, count_of_tree())
  end
  if type(graph.timeline) == "table" and #graph.timeline ~= nodes then
    return ("its timeline has %d entries for %d nodes"):format(#graph.timeline, nodes)
  end
end

local function check_graph(user, flow)
  local res = user:get("/api/ui/v1/workflows/" .. flow.run_id .. "/dag",
    { name = "/workflows/{id}/dag", headers = headers, timeout = request_timeout, redirects = false })
  local problem = res.ok and graph_problem(res:json(), flow) or (not res.ok and ("no dag: " .. (res.error or res.status)) or nil)
  check(flow, { ["call tree is the one asked for"] = problem == nil })
  if not problem then return end
  finish(flow, "wrong_dag", res, encode { problem = problem })
end

-- Workflows ----------------------------------------------------------------------------------------------------------------

local function account(flow, began)
  thresher.record("nested_workflow", {
    sequence = flow.sequence, mode = flow.mode, status = flow.status, ok = succeeded[flow.status] == true, http = flow.http,
    error = flow.error, error_detail = flow.error_detail, execution_id = flow.id, run_id = flow.run_id,
    began_s = began, latency_low_ms = (flow.low - began) * 1000, latency_ms = (flow.high - began) * 1000,
    evidence = flow.evidence, polls = flow.polls, refusals = flow.refusals, retries = flow.retries,
  }, not succeeded[flow.status] and flow.answer and { response = flow.answer:sub(1, 16384) } or {})
end

-- One workflow from submission to end. `follow` waits for what is only accepted; nil: the answer is the end.
local function work(user, mode, follow)
  local flow = { sequence = next_sequence(user), mode = mode, polls = 0, refusals = 0, retries = 0, pause = poll_interval,
    evidence = "answer" }
  local began = now()
  flow.deadline = began + execution_timeout
  local res = submit(user, flow, follow and async_prefix or sync_prefix, follow and "/execute/async" or "/execute")
  flow.id, flow.run_id = res:json("execution_id"), res:json("run_id") or res:json("workflow_id")
  if not res.ok or res.status >= 300 then
    finish(flow, name_of_refusal(res), res)
  elseif not follow then
    local status = res:json("status")
    finish(flow, type(status) == "string" and status:lower() or "missing_status", res)
  elseif type(flow.id) ~= "string" then
    finish(flow, "missing_execution_id", res)
  else
    flow.created_at = res:json("created_at")
    follow(user, flow)
  end
  check(flow, {
    ["is accepted"] = res.status == 200 or res.status == 202,
    ["comes to an end"] = succeeded[flow.status] or failed[flow.status] or false,
    ["work succeeded"] = succeeded[flow.status] or false,
  })
  if succeeded[flow.status] and result_check == "checked" then check_result(flow) end
  if succeeded[flow.status] and dag_check ~= "off" and type(flow.run_id) == "string" then check_graph(user, flow) end
  account(flow, began)
end

local nested = thresher.scenario {
  name = "nested_workflow",
  tags = { "nested" },
  host = env("BASE_URL") or thresher.target("gateway").url,
}

nested:task { "sync", weight = 1, tags = { "sync" }, function(user) work(user, "sync") end }
nested:task { "async", weight = 2, tags = { "async" }, function(user) work(user, "async", poll) end }
nested:task { "batched polling", weight = 1, tags = { "batch" }, function(user) work(user, "async", wait_on_board) end }

return nested
