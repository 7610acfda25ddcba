-- What the chaos scenarios share: a folder for each, workers to kill, and the drawing of when.
local thresher = require "thresher"

local common = {}

-- Where this scenario's stores and files lie; `thresher chaos` gives each run a folder of its own.
function common.folder() return thresher.env("CHAOS_FOLDER") or thresher.abort("run it with `thresher chaos`, or set CHAOS_FOLDER") end

function common.path(name) return common.folder() .. "/" .. name end

-- A number of seconds between two, from the run's seed.
function common.between(low, high) return low + (high - low) * thresher.random() end

-- A process of ours that plays a role of worker.lua; `settings` reach it as its environment.
function common.worker(role, settings)
  local env = { ROLE = role }
  for name, value in pairs(settings) do env[name] = tostring(value) end
  return assert(thresher.process {
    cmd = { thresher.executable, "run", thresher.env("CHAOS_WORKER"), "--users", "1", "--iterations", "1", "--no-history",
      "--no-preflight", "--workers", "1" },
    env = env,
  })
end

-- The next number a worker acknowledged ("ack 7"); nil when it has ended, or said nothing for that long.
function common.acknowledged(worker, seconds)
  while true do
    local line = worker:read_line(seconds or 30)
    if not line then return nil end
    local number = line:match("ack (%d+)")
    if number then return tonumber(number) end
  end
end

-- Reads what a dead worker still had in its pipe: the last number it acknowledged, or `so_far`.
function common.last_words(worker, so_far)
  for number in function() return common.acknowledged(worker, 5) end do so_far = number end
  return so_far
end

-- Lets a worker come to its end; what it printed when it did not end well.
function common.finish(worker, seconds)
  local ended = worker:wait(seconds or 60)
  if ended and ended.exit_code == 0 then return true end
  return false, worker:output() .. worker:errors()
end

-- The state of the workers' task after so many steps: what a run without a crash comes to.
function common.state_after(steps)
  local state = { iteration = 0, sum = 0, digest = 7 }
  for _ = 1, steps do common.step(state) end
  return state
end

function common.step(state)
  state.iteration = state.iteration + 1
  state.sum = state.sum + state.iteration * state.iteration
  state.digest = (state.digest * 31 + state.iteration) % 1000003
end

function common.same_state(a, b)
  return a ~= nil and b ~= nil and a.iteration == b.iteration and a.sum == b.sum and a.digest == b.digest
end

return common
