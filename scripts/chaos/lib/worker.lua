-- The processes that chaos scenarios start, and kill. ROLE says which; it speaks to its parent by lines: "ack 7" once the kit has
-- acknowledged what 7 stands for.
local thresher = require "thresher"
local common = require "common"
local env = thresher.env

local worker = thresher.scenario { name = "worker", preflight = false }
local roles = {}

local function number(name, default) return tonumber(env(name, tostring(default))) end

-- Steps through a task, a checkpoint after each, from where its last checkpoint stands.
function roles.steps()
  local kit, task, last_step = thresher.recovery(env "KIT"), env "TASK", number("STEPS", 1e9)
  local resumed = kit:last(task)
  local state = resumed and resumed.state or common.state_after(0)
  while state.iteration < last_step do
    common.step(state)
    local made = assert(kit:checkpoint { task = task, type = "iteration_end", state = state })
    print("ack " .. made.sequence_number)
    thresher.sleep(number("PAUSE", 0.005))
  end
end

-- Takes a lease and holds on to it without a heartbeat, as a process does that hangs.
function roles.holder()
  local kit = thresher.recovery(env "KIT")
  local lease = assert(kit:lease { holder = env "HOLDER", seconds = number("SECONDS", 1), task = env "TASK" })
  print("ack " .. lease.fence)
  thresher.sleep(600)
end

-- Takes as many leases as it can get, and dies with them.
function roles.collector()
  local kit, taken = thresher.recovery(env "KIT"), 0
  while taken < number("COUNT", 1) and kit:lease { holder = env "HOLDER", seconds = number("SECONDS", 1), task = env "TASK" } do
    taken = taken + 1
  end
  print("ack " .. taken)
  thresher.sleep(600)
end

worker:task { "role", function() roles[env "ROLE"]() end }

return worker
