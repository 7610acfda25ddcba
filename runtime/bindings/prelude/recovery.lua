-- Recovery kits: checkpoints, leases, effects at most once. Every call asks the native side, yields, and is resumed with the answer.
local native, cjson = ...
local yield = coroutine.yield
local misuse, ask_kit, run_process = native.misuse, native.ask_kit, native.run_process

local Kit, Lease = {}, {}
Kit.__index, Lease.__index = Kit, Lease

local types = { "iteration_start", "iteration_end", "tool_executed", "llm_response", "approval_point", "state_transition",
  "manual_checkpoint", "error_boundary" }
local item_states = { "pending", "in_progress", "completed", "failed", "expired" }
local task_states = { "running", "succeeded", "failed" }

-- Arguments ----------------------------------------------------------------------------------------------------------------

local function among(value, known, what)
  for _, name in ipairs(known) do
    if name == value then return value end
  end
  return native.unknown(what, tostring(value), known)
end

local function table_of(options, known, what)
  if type(options) ~= "table" then misuse(("%s: expected a table, got %s"):format(what, type(options))) end
  for key in pairs(options) do among(key, known, what) end
  return options
end

local function text(value, what, default)
  if value == nil and default then return default end
  if type(value) ~= "string" then misuse(("%s: expected a string, got %s"):format(what, type(value))) end
  if value == "" and default ~= "" then misuse(what .. ": is empty") end
  if value:find("\0", 1, true) then misuse(what .. ": may not hold a byte 0") end
  if native.utf8(value) ~= value then misuse(what .. ": is no UTF-8") end
  return value
end

local function number(value, what, low, high, default)
  if value == nil and default then return default end
  if type(value) ~= "number" then misuse(("%s: expected a number, got %s"):format(what, type(value))) end
  if not (value >= low and value <= high) then
    misuse(("%s: %g is not between %g and %g"):format(what, value, low, high))
  end
  return value
end

local function whole(value, what, low, high, default)
  value = number(value, what, low, high, default)
  if value % 1 ~= 0 then misuse(("%s: %g is no whole number"):format(what, value)) end
  return value
end

local longest = 365 * 86400
local function seconds(value, what, default) return number(value, what, 1e-6, longest, default) end

local function json(value, what)
  local ok, written = pcall(cjson.encode, value)
  if not ok then misuse(("%s: cannot be written as JSON: %s"):format(what, written)) end
  if native.utf8(written) ~= written then
    misuse(what .. ": cannot be written as JSON: it holds a string that is no UTF-8")
  end
  return written
end

local function decoded(written)
  if written == nil or written == cjson.null then return nil end
  local value = cjson.decode(written)
  if value == cjson.null then return nil end
  return value
end

-- Asking -------------------------------------------------------------------------------------------------------------------

-- The answer; nil and why when it is a refusal. What the kit cannot do raises with the author's line.
local function ask(kit, what, operation, arguments)
  local answer, refused, why = yield(ask_kit(what, kit.path, operation, cjson.encode(arguments)))
  if answer then return decoded(answer) end
  if refused then return nil, why end
  misuse(what .. ": " .. why)
end

local function kit_of(kit, what)
  if getmetatable(kit) ~= Kit then misuse(("%s: write kit:%s(...), with a colon"):format(what, what)) end
  return kit
end

local function without_nulls(row)
  for key, value in pairs(row) do
    if value == cjson.null then row[key] = nil end
  end
  return row
end

-- Checkpoints --------------------------------------------------------------------------------------------------------------

local checkpoint_options = { "task", "type", "state", "metadata", "item", "lease" }

local function checkpoint_from(row)
  if row == nil then return nil end
  without_nulls(row)
  row.state, row.metadata = decoded(row.state), decoded(row.metadata)
  return row
end

local function lease_fields(lease, what)
  if getmetatable(lease) ~= Lease then misuse(what .. ": lease: expected what kit:lease gave") end
  return { item = lease.item, task = lease.task, holder = lease.holder, fence = lease.fence }
end

function Kit.checkpoint(kit, options)
  kit_of(kit, "checkpoint")
  table_of(options, checkpoint_options, "checkpoint")
  local lease = options.lease
  local fields = lease ~= nil and lease_fields(lease, "checkpoint") or nil
  local made, why = ask(kit, "checkpoint", "checkpoint", {
    task = text(options.task, "checkpoint: task", lease and lease.task),
    type = among(options.type or "manual_checkpoint", types, "checkpoint: type"),
    state = json(options.state, "checkpoint: state"),
    metadata = json(options.metadata or {}, "checkpoint: metadata"),
    item = text(options.item, "checkpoint: item", lease and lease.item or ""),
    lease = fields,
  })
  return checkpoint_from(made), why
end

function Kit.last(kit, task)
  return (checkpoint_from(ask(kit_of(kit, "last"), "last", "last", { task = text(task, "last: task") })))
end

function Kit.checkpoints(kit, task, limit)
  local rows = ask(kit_of(kit, "checkpoints"), "checkpoints", "checkpoints",
    { task = text(task, "checkpoints: task"), limit = whole(limit, "checkpoints: limit", 1, 1e9, 1e9) })
  for index, row in ipairs(rows) do rows[index] = checkpoint_from(row) end
  return rows
end

function Kit.verify(kit, task)
  local found = ask(kit_of(kit, "verify"), "verify", "verify", { task = text(task, "verify: task") })
  if found.ok then return true end
  return false, found.why
end

-- Work items ---------------------------------------------------------------------------------------------------------------

local add_options = { "task", "type", "input", "priority", "max_retries", "id" }
local lease_options = { "holder", "seconds", "task", "type", "id" }

local function item_from(row)
  if row == nil then return nil end
  without_nulls(row)
  row.input, row.output = decoded(row.input), decoded(row.output)
  return row
end

function Kit.add(kit, options)
  kit_of(kit, "add")
  table_of(options, add_options, "add")
  return ask(kit, "add", "add", {
    task = text(options.task, "add: task"),
    type = text(options.type, "add: type", "work"),
    input = json(options.input, "add: input"),
    priority = whole(options.priority, "add: priority", -2 ^ 31, 2 ^ 31 - 1, 0),
    max_retries = whole(options.max_retries, "add: max_retries", 0, 2 ^ 31 - 1, 3),
    id = text(options.id, "add: id", ""),
  })
end

function Kit.lease(kit, options)
  kit_of(kit, "lease")
  table_of(options, lease_options, "lease")
  local row = ask(kit, "lease", "lease", {
    holder = text(options.holder, "lease: holder"),
    seconds = seconds(options.seconds, "lease: seconds"),
    task = text(options.task, "lease: task", ""),
    type = text(options.type, "lease: type", ""),
    id = text(options.id, "lease: id", ""),
  })
  if row == nil then return nil end
  row.input, row.kit = decoded(row.input), kit
  return setmetatable(row, Lease)
end

local function settle(lease, operation, arguments)
  local what = "lease:" .. operation
  if getmetatable(lease) ~= Lease then misuse(("%s: write %s(...), with a colon"):format(what, what)) end
  arguments.lease = lease_fields(lease, what)
  return ask(lease.kit, what, operation, arguments)
end

function Lease.heartbeat(lease, length)
  local renewed, why = settle(lease, "heartbeat", { seconds = seconds(length, "lease:heartbeat: seconds") })
  if not renewed then return nil, why end
  lease.expires_at = renewed.expires_at
  return true
end
function Lease.complete(lease, output)
  return settle(lease, "complete", { output = json(output, "lease:complete: output") })
end
function Lease.give_up(lease, why) return settle(lease, "give_up", { why = text(why, "lease:give_up: why") }) end
function Lease.release(lease) return settle(lease, "release", {}) end

function Kit.item(kit, id) return (item_from(ask(kit_of(kit, "item"), "item", "item", { id = text(id, "item: id") }))) end

function Kit.items(kit, task, status)
  local rows = ask(kit_of(kit, "items"), "items", "items",
    { task = text(task, "items: task", ""), status = status and among(status, item_states, "items: status") or "" })
  for index, row in ipairs(rows) do rows[index] = item_from(row) end
  return rows
end

function Kit.sweep(kit) return ask(kit_of(kit, "sweep"), "sweep", "sweep", {}) end

-- Effects at most once -----------------------------------------------------------------------------------------------------

local first_look, longest_look = 0.002, 0.25  -- seconds between two looks at a key that somebody else works on

-- The claim of a key once it is ours, or what the key gave.
local function claim(kit, what, request)
  local pause = first_look
  while true do
    local found = ask(kit, what, "claim", request)
    if found.kind == "mismatch" then
      misuse(("%s: the key '%s' stands for another request"):format(what, found.key))
    elseif found.kind ~= "in_flight" then
      return found
    end
    yield(native.start_sleep(pause))
    pause = math.min(pause * 2, longest_look)
  end
end

local function give_back(kit, what, held, why)
  local told = native.utf8(tostring(why)):gsub("%z", "")
  return ask(kit, what, "abandon", { key = held.key, fence = held.fence, why = told })
end

local cached_options = { "request", "lifetime", "patience" }

local function settled(kit, what, held, response)
  return ask(kit, what, "settle", { key = held.key, fence = held.fence, response = response })
end

function Kit.cached(kit, key, run, options)
  kit_of(kit, "cached")
  if type(run) ~= "function" then misuse("cached: expected a function, got " .. type(run)) end
  options = table_of(options or {}, cached_options, "cached")
  local held = claim(kit, "cached", {
    kind = "cache",
    key = text(key, "cached: key"),
    request = json(options.request, "cached: request"),
    lifetime = options.lifetime and seconds(options.lifetime, "cached: lifetime"),
    patience = seconds(options.patience, "cached: patience", 300),
  })
  if held.kind == "replay" then return decoded(held.response), true end
  local ok, value = xpcall(run, native.keep_traceback)
  if not ok then
    give_back(kit, "cached", held, value)
    error(value, 0)
  end
  local written, response = pcall(json, value, "cached: what the function returned")
  if not written then
    give_back(kit, "cached", held, response)
    error(response, 0)
  end
  settled(kit, "cached", held, response)  -- refused: it took longer than its patience, and another asks anew
  return value, false
end

local tool_options = { "cmd", "key", "timeout", "env", "cwd" }

function Kit.tool(kit, options)
  kit_of(kit, "tool")
  table_of(options, tool_options, "tool")
  local cmd = options.cmd
  if type(cmd) == "string" then cmd = { "/bin/sh", "-c", cmd } end
  local timeout = options.timeout and seconds(options.timeout, "tool: timeout")
  local held = claim(kit, "tool", {
    kind = "tool",
    key = text(options.key, "tool: key", ""),
    request = json({ cmd, options.env or {}, options.cwd or "" }, "tool"),
    patience = (timeout or 3600) + 60,
  })
  if held.kind == "replay" then
    local result = decoded(held.response)
    result.replayed = true
    return result
  end
  local result, why = run_process("tool", { cmd = cmd, env = options.env, cwd = options.cwd }, timeout)
  if result and not result.timed_out then
    settled(kit, "tool", held, cjson.encode(result))
  else  -- it has no result: who asks next runs it again
    result = result or { output = "", errors = why, exit_code = 127 }
    give_back(kit, "tool", held, why or "timed out")
  end
  result.replayed = false
  return result
end

-- Tasks, figures -----------------------------------------------------------------------------------------------------------

function Kit.task(kit, id) return (ask(kit_of(kit, "task"), "task", "task", { id = text(id, "task: id") })) end

function Kit.set_task(kit, id, status)
  return ask(kit_of(kit, "set_task"), "set_task", "set_task",
    { id = text(id, "set_task: id"), status = among(status, task_states, "set_task: status") })
end

function Kit.statistics(kit) return ask(kit_of(kit, "statistics"), "statistics", "statistics", {}) end

-- Evidence -----------------------------------------------------------------------------------------------------------------

local evidence_options = { "items", "at_least", "timeout" }
local evidence_fields = { "artifact", "file", "sha256", "cmd", "exit_code", "row", "columns" }

local function evidence_from(item, timeout, what)
  table_of(item, evidence_fields, what)
  if item.artifact then return { type = "artifact", subject = text(item.artifact, what .. ": artifact") } end
  if item.file then
    return { type = "file", subject = text(item.file, what .. ": file"), expected = text(item.sha256, what .. ": sha256") }
  end
  if item.row then
    local columns = {}
    for column, value in pairs(item.columns or {}) do columns[text(column, what .. ": columns")] = tostring(value) end
    return { type = "row", subject = text(item.row, what .. ": row"), columns = next(columns) and columns or nil }
  end
  local cmd = item.cmd
  if cmd == nil then misuse(what .. ": expected one of artifact, file, cmd and row") end
  if type(cmd) == "string" then cmd = { "/bin/sh", "-c", cmd } end
  local result, why = run_process("evidence", { cmd = cmd }, timeout)
  local seen = not result and why or result.timed_out and "a timeout" or result.signal and "signal " .. result.signal
    or tostring(result.exit_code)
  return { type = "command", subject = table.concat(cmd, " "), seen = seen,
    expected = tostring(whole(item.exit_code, what .. ": exit_code", 0, 255, 0)) }
end

function Kit.evidence(kit, options)
  kit_of(kit, "evidence")
  table_of(options, evidence_options, "evidence")
  local timeout = seconds(options.timeout, "evidence: timeout", 60)
  if type(options.items) ~= "table" or #options.items == 0 then misuse("evidence: items: expected a list of at least one") end
  local items = {}
  for index, item in ipairs(options.items) do
    items[index] = evidence_from(item, timeout, ("evidence: item %d"):format(index))
  end
  local found = ask(kit, "evidence", "evidence", { items = items,
    at_least = options.at_least and whole(options.at_least, "evidence: at_least", 1, #items) })
  if #found.missing == 0 then found.missing = {} end
  return found.holds, found
end

-- The module ---------------------------------------------------------------------------------------------------------------

local function recovery(path)
  return setmetatable({ path = text(path, "recovery: path", "") }, Kit)
end

local default = setmetatable({ path = "" }, Kit)

return {
  recovery = recovery,
  checkpoint = function(options) return default:checkpoint(options) end,
  cached = function(key, run, options) return default:cached(key, run, options) end,
  tool = function(options) return default:tool(options) end,
  lease = function(options) return default:lease(options) end,
}
