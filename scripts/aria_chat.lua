-- Conversations with ARIA, as people have them: a question, follow-up questions, research, work to be done.
--
--   thresher run scripts/aria_chat.lua --profile chat-only --stand-in leveredge         against the stand-in fleet
--   thresher run scripts/aria_chat.lua --users 25 --spawn-rate 5 --run-time 10m         against a fleet of yours
--   thresher run scripts/aria_chat.lua --env CHAT=stream --tags new-conversation        first tokens and gaps, as they stream
--   thresher rehearse scripts/aria_chat.lua --profile heavy --seed 7                    in virtual time
--
-- CHAT says where a question goes: atlas (the orchestrator hands it to ARIA; the default), direct (ARIA's own port), or stream
-- (her own port, the answer as server-sent events).

local thresher = require "thresher"
local check, env, pick, uuid = thresher.check, thresher.env, thresher.pick, thresher.uuid

local atlas, aria = 8007, 8113              -- ports
local chat_timeout, chain_timeout = 60, 120  -- seconds
local turns_kept, turns_most = 3, 5         -- previous turns that are sent along; turns of a conversation

local questions = {
  "What is on the calendar for this week?", "Which workflows failed last night, and why?",
  "Draft a reply to the customer who asked about limits.", "How much did the agents cost us yesterday?",
  "What should the team look at first today?", "Explain the last deployment in two sentences.",
  "Which agent answers slowest at the moment?", "Summarise the open approvals.",
}
local follow_ups = {
  "Can you say more about that?", "What would you do next?", "Who has to know?", "Is that the usual pattern?",
  "Put that into three bullet points.", "What did we decide the last time?",
}
local topics = {
  "pricing of agent platforms", "retrieval over a company's own documents", "compliance of automated decisions",
  "onboarding small teams", "energy cost of inference", "observability of workflows",
}
local depths = { "quick", "standard" }
local actions = { "list", "status", "pause", "resume", "retry" }

local rate_limited = thresher.counter "chat_rate_limited"
local overloaded = thresher.counter "chat_overloaded"

-- ATLAS answers 200 whatever became of the work: what counts is what it says.
local function execute(user, label, kind, body, timeout)
  local res = user:post("/execute", { name = "/execute [" .. label .. "]", port = atlas, json = body, timeout = timeout,
    tags = { kind = kind } })
  local answer = res:json("final_output")
  local good = check(res, {
    ["status is 200"] = res.status == 200,
    ["execution completed"] = res:json("status") == "completed",
    ["execution says no error"] = res:json("error") == nil,
    ["answer is not empty"] = answer ~= nil and answer ~= "",
  })
  return good and answer or nil, res.status
end

local function last_of(turns, count)
  local last = {}
  for i = math.max(1, #turns - count + 1), #turns do last[#last + 1] = turns[i] end
  return last
end

-- The three ways of asking; `label` tells their endpoints apart. Each gives the answer's text, or nil when it was not good, and the
-- status.
local ask = {}

function ask.atlas(user, label, query, burst)
  local previous = last_of(user.turns, turns_kept)
  local context = {}
  if #previous > 0 then context = { previous_turns = previous, turn_number = #user.turns + 1 } end
  return execute(user, label, "chat", {
    steps = { { step_id = "chat", agent = "aria", action = "chat" } },
    input = { query = query, session_id = user.session, context = context, burst_test = burst },
  }, chat_timeout)
end

-- What ARIA herself is sent: the conversation as messages.
local function chat_body(user, query, stream)
  local messages = {}
  for _, turn in ipairs(last_of(user.turns, turns_kept)) do
    messages[#messages + 1] = { role = "user", content = turn.query }
    messages[#messages + 1] = { role = "assistant", content = turn.answer }
  end
  messages[#messages + 1] = { role = "user", content = query }
  return { messages = messages, mode = "DEFAULT", user_id = user.name, conversation_id = user.session, stream = stream }
end

function ask.direct(user, label, query)
  local res = user:post("/chat", { name = "/chat [" .. label .. "]", port = aria, json = chat_body(user, query),
    timeout = chat_timeout, tags = { kind = "chat" } })
  local answer = res:json("content")
  local good = check(res, {
    ["status is 200"] = res.status == 200,
    ["answer is not empty"] = answer ~= nil and answer ~= "",
    ["usage is told"] = (res:json("usage.total_tokens") or 0) > 0,
  })
  return good and answer or nil, res.status
end

function ask.stream(user, label, query)
  local chat = user:chat("/chat", { name = "/chat [" .. label .. "]", port = aria, json = chat_body(user, query, true),
    timeout = chat_timeout, tags = { kind = "chat" } })
  local good = check(chat, {
    ["status is 200"] = chat.status == 200,
    ["stream is complete"] = chat.complete,
    ["answer is not empty"] = chat.text ~= "",
  })
  return good and chat.text or nil, chat.status
end

local via = env("CHAT", "atlas")
local send = ask[via] or error("CHAT must be atlas, direct or stream, not " .. via)

local function begin_conversation(user)
  user.session, user.turns = uuid(), {}
end

-- One turn. A question without an answer is not part of the conversation.
local function take_turn(user, label, query)
  local answer = send(user, label, query)
  if answer then user.turns[#user.turns + 1] = { query = query, answer = answer } end
end

local conversations = thresher.scenario {
  name = "aria_chat",
  tags = { "chat" },
  weight = 3,
  host = "http://127.0.0.1:8007",
  wait = thresher.between(3, 10),
}

function conversations:on_start(user)
  user.name = ("load-test-%d"):format(user.number)
  begin_conversation(user)
end

conversations:task { "new conversation", weight = 5, tags = { "new-conversation" }, function(user)
  begin_conversation(user)
  take_turn(user, "new", pick(questions))
end }

conversations:task { "follow-up", weight = 3, tags = { "followup" }, function(user)
  if #user.turns >= turns_most then begin_conversation(user) end
  if #user.turns == 0 then return take_turn(user, "new", pick(questions)) end
  take_turn(user, "follow-up", pick(follow_ups))
end }

conversations:task { "research", weight = 2, tags = { "research" }, function(user)
  execute(user, "research", "chain", {
    chain_name = "research-and-plan",
    input = { topic = pick(topics), depth = pick(depths), session_id = user.session },
  }, chain_timeout)
end }

conversations:task { "workflow", weight = 1, tags = { "workflow" }, function(user)
  execute(user, "workflow", "chain", {
    chain_name = "validate-and-decide",
    input = { action = pick(actions), session_id = user.session },
  }, chain_timeout)
end }

-- People who do not wait for an answer to sink in. Being refused is a failed request; the counters say how often, and why.
local bursts = thresher.scenario {
  name = "aria_burst",
  tags = { "chat" },
  weight = 1,
  host = "http://127.0.0.1:8007",
  wait = thresher.between(0.5, 1.5),
}

function bursts:on_start(user)
  user.name = ("load-test-burst-%d"):format(user.number)
  begin_conversation(user)
end

bursts:task { "burst", tags = { "burst" }, function(user)
  begin_conversation(user)
  local _, status = send(user, "burst", pick(questions), true)
  if status == 429 then rate_limited:add(1) end
  if status == 503 then overloaded:add(1) end
end }

return conversations
