---@meta thresher
-- What a scenario can use, for editors (LuaLS) and for people: types, defaults and units of the whole API. Nothing here runs.
-- In VS Code: "Lua.workspace.library": ["<prefix>/share/thresher/scripts/meta"].

---@class thresher
local thresher = {}

-- Scenarios --------------------------------------------------------------------------------------------------------------

---How long a user thinks after an iteration. Made by between, constant, constant_pacing and constant_throughput.
---@class thresher.Wait

---@class thresher.ScenarioOptions
---@field name string                     unique among the files of a run
---@field tags? string[]                  every task inherits them; --tags and --exclude-tags select by them
---@field weight? number                  share of the users when several scenarios run together; default 1
---@field host? string                    where paths go, "http://127.0.0.1:8007"; a path in it is put before each; --host and HOST override
---@field wait? thresher.Wait|fun(user: thresher.User, data?: any): number  seconds a user thinks between iterations; default none
---@field preflight? boolean              false: its tasks are not walked once before the load of `thresher run` (they are slow, or change too much)
---@field sequential? boolean             one iteration is all tasks in the order written, pausing in between (between, constant), instead of one chosen by weight

---@class thresher.TaskOptions
---@field [1] string                      the task's name
---@field [2] fun(user: thresher.User, data?: any)  what it does; `data` is what setup returned
---@field weight? number                  how often it is chosen beside the others; default 1
---@field tags? string[]

---Assign the hooks with a colon: `function scenario:on_start(user) ... end`.
---@class thresher.Scenario
---@field on_start? fun(self: thresher.Scenario, user: thresher.User, data?: any)  once per virtual user, before its first iteration
---@field on_stop? fun(self: thresher.Scenario, user: thresher.User, data?: any)   once per virtual user, after its last
---@field setup? fun(self: thresher.Scenario, user: thresher.User): any            once per run; what it returns (anything JSON can write) reaches this scenario's users
---@field teardown? fun(self: thresher.Scenario, data: any, user: thresher.User)   once per run, at the end
local Scenario = {}

---Adds a task: `scenario:task { "core agents", weight = 10, tags = { "core" }, function(user) ... end }`
---@param options thresher.TaskOptions
function Scenario:task(options) end

---Declares a scenario.
---@param options thresher.ScenarioOptions
---@return thresher.Scenario
function thresher.scenario(options) end

---Runs once per run before the first user; what it returns (anything JSON can write) reaches the users of all this file's scenarios
---that have no setup of their own. `user` sends requests but is not counted among the users.
---@param run fun(user: thresher.User): any
function thresher.setup(run) end

---Runs once per run after the last user.
---@param run fun(data: any, user: thresher.User)
function thresher.teardown(run) end

---What the script itself wants of a run: the keys and values of a profile file. The environment and flags override it.
---@param options { users?: integer, spawn_rate?: number, run_time?: string|number, stop_timeout?: string|number, executor?: string, rate?: number|string, stages?: table[], iterations?: integer, arrivals?: "even"|"poisson", max_in_flight?: integer, tags?: string[], thresholds?: table<string, (string|table)[]>, [string]: any }
function thresher.options(options) end

-- Waits ------------------------------------------------------------------------------------------------------------------

---Between `low` and `high` seconds, uniformly, by the user's own stream.
---@param low number
---@param high number
---@return thresher.Wait
function thresher.between(low, high) end

---Always this many seconds.
---@param seconds number
---@return thresher.Wait
function thresher.constant(seconds) end

---So long that iterations begin this many seconds apart; not at all when the iteration took longer.
---@param seconds number
---@return thresher.Wait
function thresher.constant_pacing(seconds) end

---So long that each user performs this many iterations per second, if it can.
---@param per_second number
---@return thresher.Wait
function thresher.constant_throughput(per_second) end

---Parks this user.
---@param seconds number
function thresher.sleep(seconds) end

-- Users ------------------------------------------------------------------------------------------------------------------

---A virtual user is a table: keep its state on it. Its requests park it until the answer is complete.
---@class thresher.User
---@field number integer      from 1, over all workers; nil in setup and teardown
---@field iteration integer   from 1: this user's own count, or the arrival's number in the open model
---@field serial integer      from 0: no other iteration of the run has the same, whatever the workers; for work that must differ
---@field host? string        "http://127.0.0.1:8007": where its paths go
---@field [any] any
local User = {}

---@class thresher.RequestOptions
---@field name? string                       what reports group by; default: the path with numbers and UUIDs folded to {id}
---@field tags? table<string, string|number> more tags for this request's samples
---@field timeout? number                    seconds for the whole exchange, connecting included; default 60
---@field connect_timeout? number            seconds; default 10
---@field headers? table<string, string|number>
---@field query? table<string, string|number|boolean|(string|number|boolean)[]>  appended to the URL, encoded, sorted by name
---@field json? any                          the body, encoded by cjson, with its Content-Type; one of json, form and body
---@field form? table<string, string|number|boolean|(string|number|boolean)[]>   the body, URL-encoded
---@field body? string|string[]              the body as it is; the strings of a list are sent one after the other, never joined or copied
---@field auth? { basic?: string[], bearer?: string }  basic = { user, password } or bearer = token
---@field cookies? table<string, string|number>  for this request only, beside the user's own
---@field expect? integer|integer[]          statuses that count as success; default 200 to 399
---@field redirects? integer|boolean         how many to follow; false: none; default 10. Every hop is a sample of the same name
---@field max_body? integer                  bytes; a longer answer fails as "body_too_large"; default 64 MiB, at most 1 GiB
---@field expect_continue? boolean           send the body only when the server says "100 Continue"
---@field port? integer                      the same host, another port

---@param url string  a path from "/" on, under the scenario's host, or an absolute URL
---@param options? thresher.RequestOptions
---@return thresher.Response response  a network failure is a response too: status 0 and an error
function User:get(url, options) end

---@param url string
---@param options? thresher.RequestOptions
---@return thresher.Response
function User:post(url, options) end

---@param url string
---@param options? thresher.RequestOptions
---@return thresher.Response
function User:put(url, options) end

---@param url string
---@param options? thresher.RequestOptions
---@return thresher.Response
function User:patch(url, options) end

---@param url string
---@param options? thresher.RequestOptions
---@return thresher.Response
function User:delete(url, options) end

---@param url string
---@param options? thresher.RequestOptions
---@return thresher.Response
function User:head(url, options) end

---@param url string
---@param options? thresher.RequestOptions
---@return thresher.Response
function User:options(url, options) end

---@param method string  in capitals
---@param url string
---@param options? thresher.RequestOptions
---@return thresher.Response
function User:request(method, url, options) end

---A stream of server-sent events: parks until the head of the answer is there. A POST when there is a body, else a GET. Of the
---options, `timeout` ends with the head; after it `silence` counts, the longest without a byte (60 s). Metrics: sse_events,
---time_to_first_event (since the request was started), inter_event_gap (between arrivals). One stream per user at a time; it ends
---with the iteration. With `objectives` (milliseconds: time_to_first_event, inter_event_gap for the longest gap, duration) it counts
---in the rate objectives_met and, when it succeeded within all of them, in the counter goodput.
---@param url string
---@param options? thresher.RequestOptions|{ silence?: number, objectives?: { time_to_first_event?: number, inter_event_gap?: number, duration?: number } }
---@return thresher.Stream
function User:stream(url, options) end

---A streamed chat completion in OpenAI's shape, read as it arrives and handed over as a whole; what comes after "[DONE]" is of no
---interest. Metrics as of a stream, and time_to_first_token (first delta with text, reasoning or a tool call), inter_token_latency
---(between two deltas), tokens_per_second ((tokens - 1) / (last - first delta)). One that breaks off or reports an error counts as a
---failed request, whatever its status. With `objectives` (milliseconds: time_to_first_token, time_per_output_token for the mean of
---the tokens after the first, duration) it counts in objectives_met and goodput, as a stream does.
---@param url string
---@param options? thresher.RequestOptions|{ silence?: number, objectives?: { time_to_first_token?: number, time_per_output_token?: number, duration?: number } }
---@return thresher.Chat
function User:chat(url, options) end

---@class thresher.Event
---@field type string   "message" unless the server named it
---@field data string   its lines joined by "\n"
---@field id? string    the last one given
---@field at number     seconds since the request was started until the system had its last byte
local Event = {}

---Reads JSON from the data, as Response:json does.
---@param path? string
---@return any value
---@return string? problem
function Event:json(path) end

---@class thresher.Stream
---@field response thresher.Response  the head of the answer; no body
---@field status integer
---@field ok boolean
---@field error? string    before the head, or once it is over: "timeout", "reset", "body_too_large" ...
---@field headers table<string, string>
---@field text? string     once it is over: the body of an answer that is no event stream
---@field cut? boolean     once it is over: it ended within an event, which is lost
---@field received? integer  once it is over: events
---@field last_id? string
---@field retry_ms? integer
local Stream = {}

---The next event; parks until there is one. nil: the stream is over.
---@return thresher.Event?
function Stream:next() end

---`for event in stream:events() do ... end`
---@return fun(stream: thresher.Stream): thresher.Event?
---@return thresher.Stream
function Stream:events() end

---Ends it now; what has come and was not taken is gone.
function Stream:close() end

---@class thresher.Chat
---@field status integer
---@field text string
---@field reasoning string
---@field tool_calls { id: string, name: string, arguments: string }[]
---@field complete boolean         it came to its own end: "[DONE]" or a finish reason, and no error
---@field done boolean             "[DONE]" came
---@field finish_reason? string
---@field error? string            of the connection ("timeout", "reset" ...), or "stream_error": see error_detail
---@field error_detail? string
---@field body? string             of an answer that is no event stream
---@field deltas integer
---@field tokens integer           by the server's usage when has_usage, else the deltas
---@field has_usage boolean
---@field prompt_tokens? integer
---@field garbage integer          events that were no chunks
---@field time_to_first_token? number  milliseconds
---@field tokens_per_second? number
---@field duration number          milliseconds, to the last byte

---Sets a cookie for the scenario's host, as if an answer had.
---@param name string
---@param value string
function User:set_cookie(name, value) end

---Forgets all this user's cookies.
function User:clear_cookies() end

---@class thresher.Response
---@field status integer      0 when there was no answer
---@field ok boolean          status 200 to 399
---@field error? "timeout"|"connect_timeout"|"connect_refused"|"unreachable"|"reset"|"closed"|"dns"|"tls"|"tls_expired"|"tls_self_signed"|"tls_untrusted"|"tls_wrong_name"|"protocol"|"header_too_large"|"body_too_large"|"decode"|"too_many_redirects"|"descriptors"|"ports"|"invalid_url"|"cancelled"|"internal"  nil when an answer came, whatever its status
---@field error_code integer  k6's number for it; 0 for none
---@field error_detail? string  what a person should read with the error
---@field headers table<string, string>  found whatever their case; pairs() gives lower-case names; lines of one name joined by ", "
---@field body? string        decoded (gzip, deflate, br, zstd); nil when it does not decode, and error is then "decode"
---@field url string          of the last hop
---@field proto? string       "HTTP/1.1"
---@field tls_version string  "tls1.3", "" when plain
---@field timings thresher.Timings
local Response = {}

---Reads JSON from the body: `res:json("a.b[0].c")` without building the rest of the document (elements count from 0, write
---`["odd.key"]` for a key that is no plain name), `res:json()` all of it. Null and what is not there are nil; null inside a table is
---thresher.json.null.
---@param path? string
---@return any value
---@return string? problem  when the body is no JSON
function Response:json(path) end

---Milliseconds. duration = sending + waiting + receiving.
---@class thresher.Timings
---@field blocked number
---@field connecting number
---@field tls_handshaking number
---@field sending number
---@field waiting number
---@field receiving number
---@field duration number

-- Checks, groups, metrics --------------------------------------------------------------------------------------------------

---Counts each entry as passed or failed; the run goes on either way.
---@generic T
---@param value T  given to entries that are functions
---@param checks table<string, boolean|any|fun(value: T): boolean>
---@param tags? table<string, string|number>
---@return boolean all_passed
function thresher.check(value, checks, tags) end

---Runs `run` with its requests and checks tagged group = "::name" (nested: "::outer::inner"), and times it as group_duration.
---@generic T
---@param name string
---@param run fun(): T
---@return T
function thresher.group(name, run) end

---@class thresher.MetricOptions
---@field contains? "default"|"time"|"data"  time: values are milliseconds

---@class thresher.Counter
local Counter = {}
---@param value number  0 or more
---@param tags? table<string, string|number>
function Counter:add(value, tags) end

---@class thresher.Gauge
local Gauge = {}
---@param value number
---@param tags? table<string, string|number>
function Gauge:set(value, tags) end

---@class thresher.Rate
local Rate = {}
---@param value boolean|number
---@param tags? table<string, string|number>
function Rate:add(value, tags) end

---@class thresher.Trend
local Trend = {}
---@param value number
---@param tags? table<string, string|number>
function Trend:add(value, tags) end

---A custom metric; a name keeps one kind.
---@param name string
---@param options? thresher.MetricOptions
---@return thresher.Counter
function thresher.counter(name, options) end

---@param name string
---@param options? thresher.MetricOptions
---@return thresher.Gauge
function thresher.gauge(name, options) end

---@param name string
---@param options? thresher.MetricOptions
---@return thresher.Rate
function thresher.rate(name, options) end

---@param name string
---@param options? thresher.MetricOptions
---@return thresher.Trend
function thresher.trend(name, options) end

-- Data files ---------------------------------------------------------------------------------------------------------------

---Rows of a file, read once per process and shared by all users; `#rows` is their number. A row is a fresh table each time.
---@class thresher.Rows
local Rows = {}

---The user's next row. sequential: user n starts at row n and walks on, round and round. random: by the user's own stream. unique:
---no row twice; running out is an error. In the open model n is the arrival's number. Never depends on the number of workers.
---@return table
function Rows:next() end

---@param number integer  from 1
---@return table
function Rows:get(number) end

---@alias thresher.Iterate "sequential"|"random"|"unique"

thresher.data = {}

---@param path string  beside the scenario file
---@param options? { iterate?: thresher.Iterate, header?: boolean, delimiter?: string }  header false: rows are lists
---@return thresher.Rows
function thresher.data.csv(path, options) end

---@param path string  beside the scenario file; the document is an array
---@param options? { iterate?: thresher.Iterate }
---@return thresher.Rows
function thresher.data.json(path, options) end

-- Plugins ---------------------------------------------------------------------------------------------------------------

---What a generator plugin makes; `products` names it.
---@class thresher.Generator
---@field name string
---@field products string[]
local Generator = {}

---A product as JSON text: what to send as a body, as it is. (Decoding it and encoding it again would turn empty lists into empty
---objects.) The same generator options, seed of the run and parameters give the same bytes. A wrong parameter raises, saying
---what would be right; `thresher plugins` lists the parameters.
---@param product string
---@param parameters? table<string, string|number|boolean>
---@return string json
function Generator:json(product, parameters) end

---A product as a table, to look into.
---@param product string
---@param parameters? table<string, string|number|boolean>
---@return table
function Generator:make(product, parameters) end

---While the file loads.
---@param name string
---@param options? table<string, string|number|boolean>
---@return thresher.Generator
function thresher.generator(name, options) end

---@class thresher.Judgement
---@field violations { check: string, subject: string, witness: string, details: any }[]
---@field findings { check: string, verdict: "PASS"|"DEGRADED"|"FAIL"|"NO_DATA", observations: integer, violations: integer, summary: string, details: any }[]
---@field documents table<string, table>

---@class thresher.Validator
---@field name string
local Validator = {}

---Judges a history of its own, apart from the run's: a list of event texts, from thresher.event.
---@param events string[]
---@return thresher.Judgement
function Validator:judge(events) end

---Has the run judged by a validator plugin: it reads the run's history, its violations are counted in oracle_violations and shown in
---the report, and one violation makes the exit code 120. While the file loads.
---@param name string
---@param options? table<string, string|number|boolean>
---@return thresher.Validator
function thresher.validator(name, options) end

---Adds an event to the run's history (--history FILE writes it), stamped with this moment. What the shipped validators understand is
---listed in plugins/validators/README.md.
---@param event string
---@param fields? table             members of the event, encoded as JSON
---@param raw? table<string, string>  members that are JSON texts already, such as a generated document or res.body; a text that is
---                                 no JSON becomes a string
---@return string event  as thresher.event gives it
function thresher.record(event, fields, raw) end

---The same event as text, stamped with this moment, for Validator:judge.
---@param event string
---@param fields? table
---@param raw? table<string, string>
---@return string
function thresher.event(event, fields, raw) end

---@class thresher.Target
---@field name string
---@field summary string
---@field url string  of its first endpoint, on this machine
---@field endpoints { name: string, port: integer, url: string }[]

---What a target plugin says of itself: where its stand-in listens.
---@param name string
---@return thresher.Target
function thresher.target(name) end

-- Faults --------------------------------------------------------------------------------------------------------------------

---A fault between a client and its server. Besides its type's attributes, every toxic takes the members below.
---@class thresher.Toxic
---@field type "latency"|"bandwidth"|"slow_close"|"timeout"|"reset_peer"|"slicer"|"limit_data"|"corrupt"|"down"
---@field stream? "upstream"|"downstream"  the client's bytes, or the server's (the default)
---@field toxicity? number  the share of connections it strikes, 0 to 1; 1
---@field per? "connection"|"request"  what the toxicity is drawn for; a request is what a client sends until it is answered
---@field name? string  unique in its proxy; "latency_downstream"
---@field from? number  seconds since load began: strikes from then on
---@field to? number  ... until then
---@field every? number  ... and again so many seconds later, for ever
---@field spread? number  each window comes up to so many seconds later, drawn from the seed
---@field latency? number  latency: milliseconds
---@field jitter? number  latency: more or less so many milliseconds
---@field rate? number  bandwidth: KB/s (0: nothing passes); corrupt: the share of bytes that have a bit flipped
---@field delay? number  slow_close: milliseconds; slicer: microseconds between slices
---@field timeout? number  timeout: milliseconds until the connection is closed (0: never); reset_peer: ... after its first bytes
---@field average_size? number  slicer: bytes
---@field size_variation? number  slicer: more or less so many bytes
---@field bytes? number  limit_data: so many pass before the connection is closed

---@class thresher.FaultProxyOptions
---@field toxics? thresher.Toxic[]  those it begins with
---@field seed? integer  of all it draws; the run's
---@field listen? string  ADDRESS:PORT; a free port of 127.0.0.1
---@field name? string  for messages and draws; "fault_proxy_1"

---@class thresher.FaultProxy
---@field url string  give this to the clients: the upstream's URL with the proxy's address
---@field listen string  "127.0.0.1:41001"
local FaultProxy = {}

---Adds a toxic behind the others, also for connections that are there. It strikes at once for users of the first worker, setup and
---teardown, and a moment later for others.
---@param toxic thresher.Toxic
---@return string name
function FaultProxy:add(toxic) end

---Takes a toxic away; what it held goes on.
---@param name string
function FaultProxy:remove(name) end

---Refuses connections and drops those there are, until up().
function FaultProxy:down() end

function FaultProxy:up() end

---A proxy that carries connections badly, between the users (or any other client of this machine) and a server. Make it where the file
---loads: there is one for all users and workers, on the loop of the first worker. In a rehearsal it listens in the virtual network.
---@param upstream string  URL or HOST:PORT
---@param options? thresher.FaultProxyOptions
---@return thresher.FaultProxy
function thresher.fault_proxy(upstream, options) end

-- Recovery kits ------------------------------------------------------------------------------------------------------------

---A recovery kit: a file that any number of processes of this machine share, for work that has to survive the process that does it.
---Every call parks the user until what it did is on the disk. What is refused (a lease that was lost, a task that is over) comes back
---as nil and why; what the kit cannot do (the disk is full, the file is damaged) raises with your line. In rehearsal a kit is in
---memory, new for every run, and its time is virtual.
---@class thresher.Recovery
---@field path string  as given; "" is the default one
local Recovery = {}

---@alias thresher.CheckpointType "iteration_start"|"iteration_end"|"tool_executed"|"llm_response"|"approval_point"|"state_transition"|"manual_checkpoint"|"error_boundary"
---@alias thresher.WorkStatus "pending"|"in_progress"|"completed"|"failed"|"expired"

---@class thresher.CheckpointOptions
---@field task? string                    needed unless there is a lease, whose task it then is
---@field type? thresher.CheckpointType   default "manual_checkpoint"
---@field state? any                      anything JSON can write: what a resumed task needs
---@field metadata? table
---@field item? string                    the work item it is about; default: the lease's
---@field lease? thresher.Lease           refused when the lease was lost

---@class thresher.Checkpoint
---@field id string
---@field sequence_number integer         from 1 within the task, without a gap
---@field task string
---@field item? string
---@field type thresher.CheckpointType
---@field state any
---@field metadata table
---@field hash string                     "sha256:..." of the state as it was written
---@field created_at number               seconds since 1970

---Writes a task's state down. Returns once it is on the disk: no kill -9 and no power cut takes it away.
---@param options thresher.CheckpointOptions
---@return thresher.Checkpoint? made
---@return string? why  the lease was lost
function Recovery:checkpoint(options) end

---The task's latest checkpoint; nil when it has none.
---@param task string
---@return thresher.Checkpoint?
function Recovery:last(task) end

---A task's checkpoints, oldest first; the newest `limit` of them.
---@param task string
---@param limit? integer
---@return thresher.Checkpoint[]
function Recovery:checkpoints(task, limit) end

---Reads a task's checkpoints again: every state has its hash, and the numbers run from 1 without a gap.
---@param task string
---@return boolean sound
---@return string? why  names the first that is not
function Recovery:verify(task) end

---Adds a work item, and returns its id. An item whose id is there already is left as it is.
---@param options { task: string, type?: string, input?: any, priority?: integer, max_retries?: integer, id?: string }  higher priorities are taken first; max_retries 3 by default: at most 4 attempts
---@return string id
function Recovery:add(options) end

---The right to work on an item for a while. Every lease of an item has a fence one higher than the one before, and what its holder
---asks is refused (nil and why) once there is a later one or it ran out.
---@class thresher.Lease
---@field item string        the item's id
---@field task string
---@field holder string
---@field fence integer
---@field input any
---@field retry_count integer
---@field expires_at number  seconds since 1970
local Lease = {}

---The lease ends that many seconds from now.
---@param seconds number
---@return true? held
---@return string? why
function Lease:heartbeat(seconds) end

---The item is done.
---@param output any
---@return true? done
---@return string? why
function Lease:complete(output) end

---This attempt failed: the item is pending again, or failed when no retries are left.
---@param why string
---@return true? done
---@return string? refused
function Lease:give_up(why) end

---Gives the item back without using up an attempt.
---@return true? done
---@return string? why
function Lease:release() end

---Takes the first pending item that fits: of a task, of a type, or one by its id; nil when there is none. An item whose lease ran out is
---pending again after a sweep.
---@param options { holder: string, seconds: number, task?: string, type?: string, id?: string }
---@return thresher.Lease?
function Recovery:lease(options) end

---@class thresher.WorkItem
---@field id string
---@field task string
---@field type string
---@field status thresher.WorkStatus
---@field priority integer
---@field lease_holder? string  of the latest lease, also when it is over
---@field lease_acquired_at? number
---@field lease_expires_at? number
---@field heartbeat_at? number
---@field fence integer
---@field retry_count integer
---@field max_retries integer
---@field input any
---@field output any
---@field error? string

---@param id string
---@return thresher.WorkItem?
function Recovery:item(id) end

---Items in the order of their making: of a task or all, of a status or any.
---@param task? string
---@param status? thresher.WorkStatus
---@return thresher.WorkItem[]
function Recovery:items(task, status) end

---Takes every lease that ran out from its holder: its item is pending again, or expired when no retries are left.
---@return { scan_time: string, expired_found: integer, recovered: integer, failed: integer, checkpoints_created: integer, errors: string[], scan_duration_ms: number }
function Recovery:sweep() end

---What the function returned (anything JSON can write), which runs once per key, whoever asks in whatever process: meanwhile others wait
---for it, later ones get what is kept. When it raises, or its user's iteration ends, the next one runs it.
---@param key string
---@param run fun(): any
---@param options? { request?: any, lifetime?: number, patience?: number }  request: what the key stands for, another one under the same key raises; lifetime: seconds it is kept, default for ever; patience: seconds the function may take before another may run it, default 300
---@return any value
---@return boolean hit  it was kept
function Recovery:cached(key, run, options) end

---@class thresher.ToolOptions
---@field cmd string|string[]             a string is given to /bin/sh -c
---@field key? string                     default: made of cmd, env and cwd
---@field timeout? number                 seconds, after which it and what it started are killed; nothing is kept then
---@field env? table<string, string|number|false>  beside this program's own; false takes one away
---@field cwd? string

---@class thresher.ToolResult
---@field output string                   what it wrote, as text: bytes that are no UTF-8 become U+FFFD; at most 1 MiB
---@field errors string
---@field cut? true                       more than 1 MiB of a stream was written, and the rest lost
---@field exit_code? integer              127: it could not be started, and nothing is kept
---@field signal? integer                 instead, when a signal ended it
---@field timed_out? true                 likewise
---@field replayed boolean                it was not run, and this is what it gave when it was

---Runs a program unless it has run: what it gave is kept under its key, and given again.
---@param options thresher.ToolOptions
---@return thresher.ToolResult
function Recovery:tool(options) end

---A task's own status; nil when nobody gave it one.
---@param id string
---@return "running"|"succeeded"|"failed"|nil
function Recovery:task(id) end

---@param id string
---@param status "running"|"succeeded"|"failed"  the latter two are final: another one is refused
---@return true? done
---@return string? why
function Recovery:set_task(id, status) end

---What is in the kit, and what this process had from it (hits, misses, executions, replays).
---@return { checkpoints: integer, items: table<thresher.WorkStatus, integer>, keys: { pending: integer, completed: integer, failed: integer }, cache_hits: integer, cache_misses: integer, tool_executions: integer, tool_replays: integer }
function Recovery:statistics() end

---@class thresher.EvidenceItem  one thing that proves something happened: one of these four
---@field artifact? string                a file or folder that exists
---@field file? string                    a file whose content has the hash `sha256` ("sha256:..." or the digits alone)
---@field sha256? string
---@field cmd? string|string[]            a program that ends with `exit_code` (0); a string is given to /bin/sh -c
---@field exit_code? integer
---@field row? string                     a table of the kit that has a row with these `columns`, compared as text
---@field columns? table<string, string|number>

---Whether a pack of evidence holds: all of its items, or `at_least` so many of them. `timeout` (60 s) is each program's.
---@param options { items: thresher.EvidenceItem[], at_least?: integer, timeout?: number }
---@return boolean holds
---@return { verified: integer, missing: string[] } found  why, of each item that is not verified
function Recovery:evidence(options) end

---A recovery kit, also while the file loads; it is opened by the first call of a user.
---@param path? string  default: the environment's THRESHER_RECOVERY, else thresher/recovery.db in the XDG data folder, beside the run history
---@return thresher.Recovery
function thresher.recovery(path) end

---Recovery:checkpoint of the default kit.
---@param options thresher.CheckpointOptions
---@return thresher.Checkpoint? made
---@return string? why
function thresher.checkpoint(options) end

---Recovery:cached of the default kit.
---@param key string
---@param run fun(): any
---@param options? { request?: any, lifetime?: number, patience?: number }
---@return any value
---@return boolean hit
function thresher.cached(key, run, options) end

---Recovery:tool of the default kit.
---@param options thresher.ToolOptions
---@return thresher.ToolResult
function thresher.tool(options) end

---Recovery:lease of the default kit.
---@param options { holder: string, seconds: number, task?: string, type?: string, id?: string }
---@return thresher.Lease?
function thresher.lease(options) end

-- Programs -----------------------------------------------------------------------------------------------------------------

---A program this user started. It is killed, with what it started, when the user's iteration ends; and when thresher itself dies. Of what
---it writes 8 MiB per stream are kept: then it has to wait until some is taken.
---@class thresher.Process
---@field pid integer
local Process = {}

---Waits for its end.
---@param seconds? number  default: as long as it takes
---@return { exit_code?: integer, signal?: integer }? ended  one of the two; nil when the time is up
function Process:wait(seconds) end

---Sends a signal to the program (not to what it started).
---@param signal? string|integer  "KILL" by default; "TERM", "STOP", "CONT" ... or a number
---@return true? sent
---@return string? why  it has ended
function Process:kill(signal) end

---The next line of its output, without the line's end.
---@param seconds? number  default: as long as it takes
---@return string? line
---@return "timeout"|"end"|nil why
function Process:read_line(seconds) end

---Gives it text to read; does not wait for it to read.
---@param text string
---@return true? queued
---@return string? why  nobody reads it, or 8 MiB wait already
function Process:write(text) end

---Its input ends after what was written.
function Process:close_stdin() end

---All of its output so far that was not read, without waiting.
---@return string
function Process:output() end

---The same of what it wrote to its standard error.
---@return string
function Process:errors() end

---Starts a program. A program that is not there is no error of the script's: nil and why. A rehearsal starts none.
---@param options { cmd: string[], env?: table<string, string|number|false>, cwd?: string, stdin?: boolean }  cmd: the program and its arguments, no shell; env: beside this program's own, false takes one away; stdin: true when you are going to write to it
---@return thresher.Process? child
---@return string? why
function thresher.process(options) end

---The path of this program, to start workers of our own: { thresher.executable, "run", ... }.
---@type string
thresher.executable = nil

-- The rest -------------------------------------------------------------------------------------------------------------------

---An environment variable.
---@param name string
---@param default? string
---@return string?
function thresher.env(name, default) end

---Stops the whole run now; exit code 108. Ends this iteration.
---@param why string
function thresher.abort(why) end

---Marks the run as failed, exit code 110, and goes on.
---@param why string
function thresher.fail(why) end

---As math.random, which is the same: from the user's own stream, so that a seed replays it.
---@param low? integer
---@param high? integer
---@return number
function thresher.random(low, high) end

---One item of the list, each as likely.
---@generic T
---@param list T[]
---@return T
function thresher.pick(list) end

---A random UUID (version 4) from the user's own stream.
---@return string
function thresher.uuid() end

---Seconds on a clock that never goes back (virtual in rehearsal); only differences mean something.
---@return number
function thresher.now() end

---Seconds since 1970, with a fraction; virtual in rehearsal. To label things: differences are thresher.now()'s.
---@return number
function thresher.wall() end

---"2026-11-21T02:46:00.123456789Z"; virtual in rehearsal.
---@return string
function thresher.timestamp() end

---lua-cjson: encode, decode, null ...
---@type { encode: (fun(value: any): string), decode: (fun(text: string): any), null: lightuserdata, [string]: any }
thresher.json = {}

return thresher
