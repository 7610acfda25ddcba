-- The module scenarios require. Everything here runs while a file loads, or rarely; what runs per request is native.
local native, cjson, process, recovery = ...
local yield = coroutine.yield
local misuse = native.misuse

local thresher = {}

local function expect(value, wanted, what)
  if type(value) ~= wanted then misuse(("%s: expected a %s, got %s"):format(what, wanted, type(value))) end
  return value
end

local function expect_seconds(value, what)
  expect(value, "number", what)
  if not (value >= 0 and value < math.huge) then misuse(what .. ": seconds must be 0 or more, got " .. tostring(value)) end
  return value
end

-- Refuses options that `known` does not list, with the nearest it knows.
local function only_known(options, known, what)
  for key in pairs(options) do
    if type(key) ~= "number" then
      local found = false
      for _, name in ipairs(known) do found = found or name == key end
      if not found then native.unknown(what, tostring(key), known) end
    end
  end
end

local function list_of_strings(list, what)
  expect(list, "table", what)
  for index, item in ipairs(list) do
    if type(item) ~= "string" or item == "" then misuse(("%s: item %d is not a name"):format(what, index)) end
  end
  for key in pairs(list) do
    if type(key) ~= "number" then misuse(what .. ': expected a list such as { "core", "batch" }') end
  end
  return list
end

-- Waits ------------------------------------------------------------------------------------------------------------------

local Wait = {}

local function wait_rule(kind, low, high) return setmetatable({ kind = kind, low = low, high = high }, Wait) end

function thresher.between(low, high)
  expect_seconds(low, "between")
  expect_seconds(high, "between")
  if high < low then misuse(("between: %g is more than %g"):format(low, high)) end
  return wait_rule("between", low, high)
end

function thresher.constant(seconds)
  expect_seconds(seconds, "constant")
  return wait_rule("between", seconds, seconds)
end

function thresher.constant_pacing(seconds)
  expect_seconds(seconds, "constant_pacing")
  return wait_rule("pacing", seconds, seconds)
end

function thresher.constant_throughput(per_second)
  expect(per_second, "number", "constant_throughput")
  if not (per_second > 0) then misuse("constant_throughput: iterations per second must be more than 0") end
  return wait_rule("pacing", 1 / per_second, 1 / per_second)
end

-- Scenarios --------------------------------------------------------------------------------------------------------------

local Scenario = {}
local ids = setmetatable({}, { __mode = "k" })  -- scenario table -> its number on the native side
local hooks = { "on_start", "on_stop", "setup", "teardown" }
local scenario_options = { "name", "tags", "weight", "host", "wait", "sequential", "preflight" }
local task_options = { "weight", "tags" }

function thresher.scenario(options)
  expect(options, "table", "scenario")
  only_known(options, scenario_options, "scenario")
  if options[1] ~= nil then misuse("scenario: the name goes into name = ..., tasks into scenario:task { ... }") end
  local name = options.name
  if type(name) ~= "string" or name == "" then misuse("scenario: needs a name") end
  local weight = options.weight or 1
  expect(weight, "number", "scenario: weight")
  if not (weight > 0 and weight < math.huge) then misuse("scenario: weight must be more than 0") end
  if options.host ~= nil then expect(options.host, "string", "scenario: host") end
  if options.sequential ~= nil then expect(options.sequential, "boolean", "scenario: sequential") end
  if options.preflight ~= nil then expect(options.preflight, "boolean", "scenario: preflight") end
  local wait = options.wait
  if type(wait) == "function" then
    wait = { kind = "function", low = 0, high = 0, call = wait }
  elseif type(wait) == "number" then
    misuse("scenario: wait: write constant(" .. wait .. ")")
  elseif wait ~= nil and getmetatable(wait) ~= Wait then
    misuse("scenario: wait: expected between(a, b), constant(s), constant_pacing(s), constant_throughput(n) or a function")
  end
  wait = wait or { kind = "none", low = 0, high = 0 }
  local tags = list_of_strings(options.tags or {}, "scenario: tags")

  local scenario = setmetatable({}, Scenario)
  ids[scenario] = native.declare_scenario(name, weight, options.host, options.sequential or false, tags, wait.kind, wait.low,
    wait.high, wait.call, scenario, options.preflight ~= false)
  return scenario
end

local methods = {}
function Scenario.__index(_, key) return methods[key] end

function Scenario.__newindex(scenario, key, value)
  for _, hook in ipairs(hooks) do
    if key == hook then return native.declare_hook(ids[scenario], hook, expect(value, "function", hook)) end
  end
  native.unknown("a scenario", tostring(key), hooks)
end

function methods.task(scenario, options)
  local id = ids[scenario]
  if not id then misuse("task: write scenario:task { ... }, with a colon") end
  expect(options, "table", "task")
  only_known(options, task_options, "task")
  local name, run = options[1], options[2]
  if type(name) ~= "string" or name == "" then misuse("task: the first item must be its name") end
  if type(run) ~= "function" then misuse(("task '%s': the last item must be a function"):format(name)) end
  if options[3] ~= nil then misuse(("task '%s': takes a name and one function"):format(name)) end
  local weight = options.weight or 1
  expect(weight, "number", ("task '%s': weight"):format(name))
  if not (weight > 0 and weight < math.huge) then misuse(("task '%s': weight must be more than 0"):format(name)) end
  native.declare_task(id, name, weight, list_of_strings(options.tags or {}, ("task '%s': tags"):format(name)), run)
end

function thresher.setup(run) native.declare_hook(nil, "setup", expect(run, "function", "setup")) end
function thresher.teardown(run) native.declare_hook(nil, "teardown", expect(run, "function", "teardown")) end

function thresher.options(options) native.declare_options(expect(options, "table", "options")) end

-- Checks, groups, metrics --------------------------------------------------------------------------------------------------

thresher.check = native.check

local function leave_group(before, ok, ...)
  native.leave_group(before)
  if not ok then error((...), 0) end
  return ...
end

function thresher.group(name, run)
  if type(name) ~= "string" or name == "" then misuse("group: needs a name") end
  expect(run, "function", "group")
  return leave_group(native.enter_group(name), xpcall(run, native.keep_traceback))
end

local metric_options = { "contains" }
local function metric_maker(kind, methods_of_kind)
  local Metric = { __index = methods_of_kind }
  return function(name, options)
    if type(name) ~= "string" or name == "" then misuse(kind .. ": needs a name") end
    options = options or {}
    expect(options, "table", kind)
    only_known(options, metric_options, kind)
    return setmetatable({ native.declare_metric(kind, name, options.contains) }, Metric)
  end
end

thresher.counter = metric_maker("counter", { add = native.add_to_metric })
thresher.gauge = metric_maker("gauge", { set = native.add_to_metric, add = native.add_to_metric })
thresher.rate = metric_maker("rate", { add = native.add_to_metric })
thresher.trend = metric_maker("trend", { add = native.add_to_metric })

-- Data files ---------------------------------------------------------------------------------------------------------------

local csv_options = { "iterate", "header", "delimiter" }
local json_options = { "iterate" }
thresher.data = {
  csv = function(path, options)
    expect(path, "string", "data.csv")
    options = expect(options or {}, "table", "data.csv")
    only_known(options, csv_options, "data.csv")
    return native.open_data("csv", path, options.iterate or "sequential", options.header ~= false, options.delimiter or ",")
  end,
  json = function(path, options)
    expect(path, "string", "data.json")
    options = expect(options or {}, "table", "data.json")
    only_known(options, json_options, "data.json")
    return native.open_data("json", path, options.iterate or "sequential", true, ",")
  end,
}

-- Plugins ---------------------------------------------------------------------------------------------------------------

-- An empty table would be encoded as {} anyway; a table with numbers for keys is a list, which options are not.
local function options_text(options, what)
  if options == nil then return "{}" end
  expect(options, "table", what)
  if options[1] ~= nil then misuse(what .. ": expected options by name") end
  return cjson.encode(options)
end

local Generator = {}
Generator.__index = Generator

function Generator.json(generator, product, parameters)
  return native.generate(generator.number, product, parameters or {})
end

function Generator.make(generator, product, parameters)
  return cjson.decode(native.generate(generator.number, product, parameters or {}))
end

function thresher.generator(name, options)
  expect(name, "string", "generator")
  local number, products = native.open_generator(name, options_text(options, "generator"))
  return setmetatable({ name = name, number = number, products = products }, Generator)
end

-- The run's history gets its times from whoever writes it; an event in a script's hands carries its own.
local function stamped(text) return ('{"t":%.0f,%s'):format(native.now() * 1e9, text:sub(2)) end

function thresher.record(event, fields, raw)
  expect(event, "string", "record")
  local text = native.event_text(event, options_text(fields, "record"), raw or {})
  native.record(text)
  return stamped(text)
end

function thresher.event(event, fields, raw)
  expect(event, "string", "event")
  return stamped(native.event_text(event, options_text(fields, "event"), raw or {}))
end

local Validator = {}
Validator.__index = Validator

function Validator.judge(validator, events)
  return cjson.decode(native.judge(validator.name, validator.config, expect(events, "table", "judge")))
end

function thresher.validator(name, options)
  expect(name, "string", "validator")
  local config = options_text(options, "validator")
  native.want_validator(name, config)
  return setmetatable({ name = name, config = config }, Validator)
end

thresher.target = native.target

-- Faults ----------------------------------------------------------------------------------------------------------------

local fault_proxy_options = { "toxics", "seed", "listen", "name" }
local FaultProxy = {}
FaultProxy.__index = FaultProxy

function thresher.fault_proxy(upstream, options)
  expect(upstream, "string", "fault_proxy")
  options = expect(options or {}, "table", "fault_proxy")
  only_known(options, fault_proxy_options, "fault_proxy")
  if options.toxics ~= nil then expect(options.toxics, "table", "fault_proxy: toxics") end
  if options.toxics and options.toxics.type then misuse("fault_proxy: toxics: expected a list of toxics") end
  local seed = options.seed
  if seed ~= nil and not (expect(seed, "number", "fault_proxy: seed") >= 0 and seed % 1 == 0 and seed <= 2 ^ 53) then
    misuse("fault_proxy: seed: expected a whole number, got " .. seed)
  end
  local number, url, listen = native.declare_fault_proxy(upstream, options)
  return setmetatable({ number = number, url = url, listen = listen }, FaultProxy)
end

function FaultProxy.add(proxy, toxic) return native.add_toxic(proxy.number, toxic) end
function FaultProxy.remove(proxy, name) native.remove_toxic(proxy.number, name) end
function FaultProxy.down(proxy) native.enable_fault_proxy(proxy.number, false) end
function FaultProxy.up(proxy) native.enable_fault_proxy(proxy.number, true) end

-- The rest -------------------------------------------------------------------------------------------------------------------

function thresher.sleep(seconds) return yield(native.start_sleep(seconds)) end

function thresher.abort(why)
  native.abort(expect(why, "string", "abort"))
  yield()  -- never resumed: the iteration ends here
end

thresher.fail = native.fail
thresher.env = native.env
thresher.random = native.random
thresher.pick = native.pick
thresher.uuid = native.uuid
thresher.now = native.now
thresher.timestamp = native.timestamp
thresher.wall = native.wall
thresher.json = cjson

for name, value in pairs(process) do thresher[name] = value end
for name, value in pairs(recovery) do thresher[name] = value end

local names = {}
for name in pairs(thresher) do names[#names + 1] = name end
table.sort(names)

setmetatable(thresher, { __index = function(_, key) native.unknown("thresher", tostring(key), names) end })

-- Scripts get an empty table in front of it, so that assigning to any name is noticed.
return setmetatable({}, {
  __index = thresher,
  __newindex = function(_, key) misuse(("thresher.%s cannot be set"):format(tostring(key))) end,
})
