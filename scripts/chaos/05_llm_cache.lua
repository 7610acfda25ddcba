-- LLM cache: a thousand prompts are asked once; asked again, by whomever, they cost nothing and give the same.
--
--   thresher chaos 5
local thresher = require "thresher"
local common = require "lib.common"
local check = thresher.check

local prompts, tokens_each = 1000, 100
local first_pass = thresher.trend("cache_first_pass", { contains = "time" })
local second_pass = thresher.trend("cache_second_pass", { contains = "time" })

thresher.options { thresholds = { checks = { "rate==1" } } }

local scenario = thresher.scenario { name = "llm_cache", preflight = false }

local asked = 0
local function answer(n)
  asked = asked + 1
  return { text = ("answer %d: %d"):format(n, n * n), tokens = tokens_each }
end

local function pass(kit, times)
  local began, right = thresher.now(), true
  for n = 1, prompts do
    local got = kit:cached("prompt " .. n, function() return answer(n) end, { request = { prompt = n, model = "m" } })
    right = right and got.text == ("answer %d: %d"):format(n, n * n)
  end
  times:add((thresher.now() - began) * 1000)
  return right, thresher.now() - began
end

scenario:task { "thousand prompts", tags = { "chaos" },
  function()
    local kit = thresher.recovery(common.path "kit.db")
    local right_first, took_first = pass(kit, first_pass)
    local after_first = kit:statistics()
    local right_second, took_second = pass(kit, second_pass)
    local after = kit:statistics()
    local hits = after.cache_hits - after_first.cache_hits
    local rate = after.cache_hits / (after.cache_hits + after.cache_misses)
    local other_request = pcall(kit.cached, kit, "prompt 1", function() return answer(1) end, { request = { prompt = 1, model = "another" } })
    check(nil, {
      ["the first pass misses every time"] = after_first.cache_misses == prompts and after_first.cache_hits == 0,
      ["the second pass hits every time"] = hits == prompts,
      ["the hit rate is 50 %"] = rate >= 0.48 and rate <= 0.52,
      ["each prompt was asked once"] = asked == prompts,
      ["every answer is right, both times"] = right_first and right_second,
      ["the second pass is faster"] = took_second < took_first,
      ["a key is not answered for another request"] = not other_request,
    })
    thresher.record("chaos", { scenario = "llm_cache", tokens_saved = hits * tokens_each, speedup = took_first / took_second })
  end }

return scenario
