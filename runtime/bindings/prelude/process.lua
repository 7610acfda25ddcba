-- Programs a scenario starts. A handle is a table with the process's number; what it wrote waits on the native side.
local native = ...
local yield = coroutine.yield
local misuse = native.misuse

local Process = {}
Process.__index = Process

local options_known = { "cmd", "env", "cwd", "stdin" }

local function no_nul(text, what)
  if text:find("\0", 1, true) then misuse(what .. ": a byte 0 would end the text there") end
  return text
end

local function command_of(cmd, what)
  if type(cmd) ~= "table" or #cmd == 0 then
    misuse(what .. ': cmd: expected a list such as { "prog", "argument" }, or { "/bin/sh", "-c", "prog | other" }')
  end
  local command = {}
  for index, item in ipairs(cmd) do
    if type(item) ~= "string" and type(item) ~= "number" then
      misuse(("%s: cmd: item %d is a %s, not a string"):format(what, index, type(item)))
    end
    command[index] = no_nul(tostring(item), what .. ": cmd")
  end
  if command[1] == "" then misuse(what .. ": cmd: the program has no name") end
  return command
end

local function environment_of(env, what)
  if env == nil then return {} end
  if type(env) ~= "table" then misuse(("%s: env: expected a table, got %s"):format(what, type(env))) end
  for name, value in pairs(env) do
    if type(name) ~= "string" or name == "" or name:find("[=%z]") then
      misuse(what .. ": env: expected names with values")
    end
    if type(value) == "string" then
      no_nul(value, what .. ": env: " .. name)
    elseif type(value) ~= "number" and value ~= false then
      misuse(("%s: env: %s: expected a string, or false to take it away, got %s"):format(what, name, tostring(value)))
    end
  end
  return env
end

-- Starts a program: its number and pid, or nil and why.
local function start(what, options, drops_output)
  local cwd = options.cwd
  if cwd ~= nil and type(cwd) ~= "string" then misuse(("%s: cwd: expected a string, got %s"):format(what, type(cwd))) end
  local stdin = options.stdin
  if stdin ~= nil and type(stdin) ~= "boolean" then misuse(what .. ": stdin: expected true or false") end
  return native.start_process(what, command_of(options.cmd, what), environment_of(options.env, what),
    no_nul(cwd or "", what .. ": cwd"), stdin or false, drops_output or false)
end

local function process(options)
  if type(options) ~= "table" then misuse("process: expected { cmd = { ... } }, got " .. type(options)) end
  for key in pairs(options) do
    local known = false
    for _, name in ipairs(options_known) do known = known or name == key end
    if not known then native.unknown("process", tostring(key), options_known) end
  end
  local number, pid = start("process", options)
  if not number then return nil, pid end
  return setmetatable({ number = number, pid = pid }, Process)
end

local function number_of(child, what)
  if getmetatable(child) ~= Process then misuse(("process:%s: write child:%s(...), with a colon"):format(what, what)) end
  return child.number
end

-- The native function has what is asked for at hand (true and it), or has armed the wait.
local function result_of(here, ...)
  if here then return ... end
  return yield()
end

function Process.wait(child, seconds) return result_of(native.process_wait(number_of(child, "wait"), seconds)) end
function Process.read_line(child, seconds)
  return result_of(native.process_read_line(number_of(child, "read_line"), seconds))
end
function Process.kill(child, signal) return native.process_kill(number_of(child, "kill"), signal or "KILL") end
function Process.write(child, text) return native.process_write(number_of(child, "write"), text) end
function Process.close_stdin(child) return native.process_close_stdin(number_of(child, "close_stdin")) end
function Process.output(child) return native.process_output(number_of(child, "output")) end
function Process.errors(child) return native.process_errors(number_of(child, "errors")) end

-- Runs a program to its end or for so many seconds: { output, errors, exit_code | signal, timed_out }, or nil and why.
local function run(what, options, seconds)
  local number, why = start(what, options, true)
  if not number then return nil, why end
  local ended = result_of(native.process_wait(number, seconds)) or { timed_out = true }
  ended.output, ended.errors = native.utf8(native.process_output(number)), native.utf8(native.process_errors(number))
  ended.cut = native.process_close(number) or nil
  return ended
end
native.run_process = run

return { process = process, executable = native.executable() }
