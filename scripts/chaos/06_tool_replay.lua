-- Tool replay: five hundred commands run once; what they gave is given again, without running them.
--
--   thresher chaos 6
local thresher = require "thresher"
local common = require "lib.common"
local check = thresher.check

local commands = 500

thresher.options { thresholds = { checks = { "rate==1" } } }

local scenario = thresher.scenario { name = "tool_replay", preflight = false }

-- A command that leaves a trace, so that running it twice shows.
local function run(kit, n, trace)
  return kit:tool { cmd = { "/bin/sh", "-c", 'echo "$1" >> "$2"; echo "result $1"; exit $(($1 % 3))', "sh", tostring(n), trace } }
end

scenario:task { "five hundred commands", tags = { "chaos" },
  function()
    local kit, trace = thresher.recovery(common.path "kit.db"), common.path "trace"
    local first = {}
    for n = 1, commands do first[n] = run(kit, n, trace) end
    local after_first = kit:statistics()
    local same, right = true, true
    for n = 1, commands do
      local again = run(kit, n, trace)
      same = same and again.replayed and again.output == first[n].output and again.exit_code == first[n].exit_code
      right = right and not first[n].replayed and first[n].output == ("result %d\n"):format(n) and first[n].exit_code == n % 3
    end
    local after = kit:statistics()
    local counted = kit:tool { cmd = { "/bin/sh", "-c", 'wc -l < "$1"', "sh", trace } }
    check(nil, {
      ["the first pass executes all"] = after_first.tool_executions == commands and after_first.tool_replays == 0,
      ["the second pass replays all"] = after.tool_replays - after_first.tool_replays == commands
        and after.tool_executions == commands,
      ["the replay rate is 50 %"] = after.tool_replays / (after.tool_replays + after.tool_executions) == 0.5,
      ["a replay is what the execution was: output and exit code"] = same,
      ["every command's output is right"] = right,
      ["no command ran twice"] = tonumber(counted.output) == commands,
    })
  end }

return scenario
