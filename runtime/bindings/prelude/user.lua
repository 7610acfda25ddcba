-- What a virtual user can do. Every blocking call has one shape: a native function checks its arguments and arms the wait, then
-- this Lua yields, so that no C frame stands on the stack while the user is parked; the coroutine is resumed with the result.
local native = ...
local yield = coroutine.yield
local start_request = native.start_request

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

User.set_cookie = native.set_cookie
User.clear_cookies = native.clear_cookies

-- number, iteration and host are looked up when asked for, so that a waiting user does not pay for them.
return setmetatable(User, { __index = native.user_field })
