-- cjson.encode with the members of objects in the order of their names. LuaJIT numbers its strings from a random start, so the order
-- of pairs(), and with it cjson's, may be another in every process: a rehearsal would not send the same bytes twice.
local cjson = ...
local plain = cjson.encode
local deepest = 900  -- beyond it cjson itself, which refuses a table that holds itself

local write

local function list(items, depth)
  local count = 0
  for key in pairs(items) do
    if type(key) ~= "number" then return plain(items) end
    count = count + 1
  end
  if count ~= #items then return plain(items) end
  local written = {}
  for i = 1, count do written[i] = write(items[i], depth + 1) end
  return "[" .. table.concat(written, ",") .. "]"
end

function write(value, depth)
  if type(value) ~= "table" or next(value) == nil or depth > deepest then return plain(value) end
  local names = {}
  for key in pairs(value) do
    if type(key) ~= "string" then return list(value, depth) end
    names[#names + 1] = key
  end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = plain(name) .. ":" .. write(value[name], depth + 1) end
  return "{" .. table.concat(names, ",") .. "}"
end

return function(value)
  local ok, written = pcall(write, value, 1)
  if ok then return written end
  error((written:gsub("^%[thresher%]:%d+: ", "")), 0)  -- in cjson's words alone
end
