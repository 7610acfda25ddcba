-- Five hundred endpoints, for a table that must not stutter.
local thresher = require "thresher"

local wide = thresher.scenario { name = "wide" }

wide:task { "all of them", function(user)
  local number = user.serial % 500
  user:get("/products/" .. number, { name = "/endpoint/" .. number })
end }
