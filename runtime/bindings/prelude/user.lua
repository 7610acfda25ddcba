-- What a virtual user can do. Every blocking call has one shape: a native function checks its arguments and arms the wait, then
-- this Lua yields, so that no C frame stands on the stack while the user is parked; the coroutine is resumed with the result.
local native = ...
local yield = coroutine.yield
local start_request, start_stream, start_chat = native.start_request, native.start_stream, native.start_chat

local User = {}

-- What start_request returns (the options and the encoded body) stays on the parked coroutine's stack, where a redirect finds it.
function User:get(url, options) return yield(start_request(self, "GET", url, options)) end
function User:post(url, options) return yield(start_request(self, "POST", url, options)) end
function User:put(url, options) return yield(start_request(self, "PUT", url, options)) end
function User:patch(url, options) return yield(start_request(self, "PATCH", url, options)) end
function User:delete(url, options) return yield(start_request(self, "DELETE", url, options)) end
function User:head(url, options) return yield(start_request(self, "HEAD", url, options)) end
function User:options(url, options) return yield(start_request(self, "OPTIONS", url, options)) end
function User:request(method, url, options) return yield(start_request(self, method, url, options)) end

-- A stream of server-sent events. Its user takes the events one by one; what arrives meanwhile waits.
local Stream, Event = {}, {}
Stream.__index, Event.__index = Stream, Event

local function with_event_headers(options)
  if options ~= nil and type(options) ~= "table" then return options, "GET" end  -- start_stream says what is wrong
  local copy = {}
  for name, value in pairs(options or {}) do copy[name] = value end
  copy.headers = { Accept = "text/event-stream", ["Accept-Encoding"] = "identity", ["Cache-Control"] = "no-store" }
  for name, value in pairs(options and options.headers or {}) do copy.headers[name] = value end
  return copy, (copy.json ~= nil or copy.body ~= nil or copy.form ~= nil) and "POST" or "GET"
end

function User:stream(url, options)
  local all, method = with_event_headers(options)
  local response = yield(start_stream(self, method, url, all))
  return setmetatable({ response = response, status = response.status, ok = response.ok, error = response.error,
    headers = response.headers }, Stream)
end

function Stream.next(stream)
  if stream.over then return nil end
  local here, event = native.next_event()
  if not here then event = yield() end
  if event then return setmetatable(event, Event) end
  stream:close()
  return nil
end

function Stream.events(stream) return Stream.next, stream end

function Stream.close(stream)
  if stream.over then return end
  stream.over = true
  local state = native.close_stream()
  stream.error = stream.error or state.error
  stream.text, stream.cut, stream.last_id, stream.retry_ms = state.text, state.cut, state.last_id, state.retry_ms
  stream.received, stream.bytes = state.events, state.bytes
end

function Event.json(event, path) return native.read_json(event.data, path) end

-- A chat completion, streamed: read by the runner as it arrives, handed over as a whole.
function User:chat(url, options)
  local all, method = with_event_headers(options)
  return yield(start_chat(self, method, url, all))
end

User.set_cookie = native.set_cookie
User.clear_cookies = native.clear_cookies

-- number, iteration and host are looked up when asked for, so that a waiting user does not pay for them.
return setmetatable(User, { __index = native.user_field })
