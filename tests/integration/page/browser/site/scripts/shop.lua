-- What the tests of the live page watch: a shop that mostly works, sometimes refuses, and once in a while breaks a script.
local thresher = require "thresher"
local check = thresher.check

local shop = thresher.scenario { name = "shop", tags = { "shop" }, wait = thresher.constant(0.02) }

shop:task { "browse", weight = 8, tags = { "read" }, function(user)
  local res = user:get("/products/" .. user.serial % 40, { name = "/products/{id}" })
  check(res, { ["is found"] = res.status == 200 })
end }

shop:task { "buy", weight = 3, tags = { "write" }, function(user)
  user:post("/orders", { json = { product = user.serial } })
end }

shop:task { "break", weight = 1, tags = { "write" }, function(user)
  if user.serial % 3 == 0 then error("the basket is gone") end
  user:get("/refused")
end }

local office = thresher.scenario { name = "office", tags = { "office" }, wait = thresher.constant(0.05) }

office:task { "report", tags = { "read" }, function(user) user:get("/report") end }
