#include "bindings/requests.h"

#include <algorithm>
#include <lua.hpp>
#include <utility>

#include "bindings/arguments.h"
#include "bindings/recording.h"
#include "bindings/response.h"
#include "bindings/script_host.h"
#include "http/headers.h"

namespace thresher::bindings {

using script::misuse;

Result<std::unique_ptr<Requests>> Requests::create(ScriptHost& host, const engine::WorkerContext& context) {
  auto client = http::Client::create(*context.loop, host.options.http);
  if (!client) return fail(std::move(client.error()));
  return std::unique_ptr<Requests>(new Requests(host, context, std::move(*client)));
}

Requests::Requests(ScriptHost& host, const engine::WorkerContext& context, std::unique_ptr<http::Client> client)
    : host_(host),
      plan_(*context.plan),
      loop_(*context.loop),
      recorder_(*context.recorder),
      run_(*context.run),
      style_{.user_agent = host.options.user_agent, .keep_alive = host.options.http.reuse_connections},
      reader_(host.vm.state()),
      endpoint_names_(host.vm.state(), 2),
      series_names_(host.vm.state(), 2),
      client_(std::move(client)) {
  const http::Request usual;
  defaults_.timeout = host.options.request_timeout;
  defaults_.connect_timeout = usual.connect_timeout;
  defaults_.silence = usual.silence_timeout;
  defaults_.max_body = usual.max_body;
  defaults_.redirects = host.options.max_redirects;
  if (host.options.shared_connections) shared_session_ = client_->open_session();
}

Requests::~Requests() {
  for (auto& slot : endpoints_.slots()) {
    if (slot.value != nullptr) slot.value->drop();
  }
}

const http::Url* Requests::host_of_user(const User& user) const {
  const auto& host = user.scenario->host;
  return host ? &*host : nullptr;
}

// Stack of a request's native functions: 1 self, 2 method, 3 URL, 4 options or nil, 5 body or nil.

Endpoint* Requests::new_endpoint(lua_State* state, const User& user, const RequestOptions& options, int query) {
  Endpoint* endpoint = nullptr;
  {
    auto made = make_endpoint(text_at(state, 2), text_at(state, 3), host_of_user(user), options.port,
                              query == 0 ? std::string_view() : text_at(state, query), style_);
    if (made) {
      endpoint = *made;
    } else {
      script::push_problem(state, "request: " + made.error().message);
    }
  }
  if (endpoint == nullptr) script::raise(state);
  return endpoint;
}

/// Gives the caller a reference.
Endpoint* Requests::endpoint_of(lua_State* state, const User& user, const RequestOptions& options) {
  if (options.has(RequestOptions::kQuery)) {
    lua_getfield(state, 4, "query");
    push_encoded_pairs(state, lua_gettop(state), "query");
    auto* endpoint = new_endpoint(state, user, options, lua_gettop(state));
    lua_pop(state, 2);
    return endpoint;
  }
  const auto port = reinterpret_cast<const void*>(std::uintptr_t{options.port});
  const decltype(endpoints_)::Key key = {user.scenario, lua_tostring(state, 2), lua_tostring(state, 3), port};
  auto& slot = endpoints_.slot_of(key);
  if (slot.key != key) {
    auto* endpoint = new_endpoint(state, user, options, 0);
    if (slot.value != nullptr) slot.value->drop();
    slot = {.key = key, .value = endpoint};
    endpoint_names_.hold(state, endpoints_.index_of(slot), 0, 2);
    endpoint_names_.hold(state, endpoints_.index_of(slot), 1, 3);
  }
  slot.value->hold();
  return slot.value;
}

metrics::RequestSeries& Requests::new_series(lua_State* state, const User& user, const RequestOptions& options,
                                             const Endpoint& endpoint) {
  metrics::RequestKey key{.name = options.name == nullptr ? endpoint.default_name : options.name,
                          .method = endpoint.method,
                          .scenario = user.scenario->info.name,
                          .task = user.activity->name,
                          .group = user.group == nullptr ? "" : user.group->text,
                          .tags = user.activity->tags};
  if (options.has(RequestOptions::kTags)) {
    lua_getfield(state, 4, "tags");
    append_tags(state, lua_gettop(state), key.tags);
    lua_pop(state, 1);
  }
  metrics::sort_tags(key.tags);
  return recorder_.request(key);
}

metrics::RequestSeries& Requests::series_of(lua_State* state, const User& user, const RequestOptions& options,
                                            const Endpoint& endpoint) {
  if (options.has(RequestOptions::kTags)) return new_series(state, user, options, endpoint);
  // A request without a name is known by its URL and port; the low bit tells the two kinds of key apart.
  const bool named = options.name != nullptr;
  const decltype(series_)::Key key = {
      user.activity, user.group, lua_tostring(state, 2), named ? options.name : lua_tostring(state, 3),
      reinterpret_cast<const void*>(named ? std::uintptr_t{0} : std::uintptr_t{options.port} * 2 + 1)};
  auto& slot = series_.slot_of(key);
  if (slot.key != key) {
    slot = {.key = key, .value = &new_series(state, user, options, endpoint)};
    series_names_.hold(state, series_.index_of(slot), 0, 2);
    if (named) lua_getfield(state, 4, "name");
    series_names_.hold(state, series_.index_of(slot), 1, named ? lua_gettop(state) : 3);
    if (named) lua_pop(state, 1);
  }
  return *slot.value;
}

int Requests::start(lua_State* state, User& user, StreamKind stream) {
  if (!lua_istable(state, 1)) return misuse(state, "request: write user:get(...), with a colon");
  const auto method = string_argument(state, 2, "request: method");
  string_argument(state, 3, "request: url");
  lua_settop(state, 4);
  if (method.empty() || method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != std::string_view::npos) {
    return misuse(state, "request: '{}' is no method; write it in capitals", method);
  }
  if (user.flight.stream && user.flight.exchange != nullptr)
    return misuse(state, "request: a stream is open; close it first: stream:close()");
  const RequestOptions options = reader_.read(state, 4, defaults_);
  if (options.has(RequestOptions::kTags)) {
    lua_getfield(state, 4, "tags");
    check_tags(state, 5, "request");
    lua_settop(state, 4);
  }
  if ((options.rare & (RequestOptions::kJson | RequestOptions::kForm | RequestOptions::kBody)) != 0) {
    push_request_body(state, 4, options, host_.json_encode);
  } else {
    lua_pushnil(state);
  }
  // stack: self method url options body
  auto& flight = user.flight;
  if (flight.endpoint != nullptr) std::exchange(flight.endpoint, nullptr)->drop();  // of a call that raised below
  flight.endpoint = endpoint_of(state, user, options);
  flight.followed = false;
  flight.series = &series_of(state, user, options, *flight.endpoint);
  flight.timeout = options.timeout;
  flight.connect_timeout = options.connect_timeout;
  flight.max_body = options.max_body;
  flight.redirects_left = options.redirects;
  flight.has_expect = options.has(RequestOptions::kExpect);
  flight.silence = options.silence;
  flight.opened = false;
  flight.stream.reset();
  if (stream != StreamKind::none) {
    const std::string_view name =
        options.name == nullptr ? std::string_view(flight.endpoint->default_name) : std::string_view(options.name);
    const bool chat = stream == StreamKind::chat;
    Objectives objectives;
    if (options.has(RequestOptions::kObjectives)) {
      lua_getfield(state, 4, "objectives");
      objectives = Objectives::read(state, lua_gettop(state), chat);
      lua_pop(state, 1);
    }
    const StreamSeries series = stream_series(user, name, chat, options.has(RequestOptions::kObjectives));
    flight.stream = std::make_unique<EventStream>(user, series, objectives, chat, options.max_body);
  } else if (options.has(RequestOptions::kObjectives)) {
    misuse(state, "request: objectives belong to user:stream(...) and user:chat(...)");
  }
  body_.read(state, 5);
  send(state, 4, user, options, true);
  return 2;
}

/// Sends body_. Raises only before the exchange is started; the endpoint's reference then stays with the user, who
/// drops it.
void Requests::send(lua_State* state, int table, User& user, const RequestOptions& options, bool send_credentials) {
  auto& flight = user.flight;
  const Endpoint& endpoint = *flight.endpoint;
  constexpr unsigned kOnHead = RequestOptions::kHeaders | RequestOptions::kAuth | RequestOptions::kCookies;
  std::string_view head = endpoint.whole_head;
  if (body_.present || (options.rare & kOnHead) != 0 || options.expect_continue || !user.cookies.empty() ||
      !endpoint.url.userinfo.empty()) {
    cookies_ = user.cookies.empty() ? std::string() : user.cookies.header_for(endpoint.url, loop_.wall_now());
    head = heads_.write(state, table, options, endpoint,
                        {.has_body = body_.present,
                         .body_size = body_.size(),
                         .cookies = cookies_,
                         .send_credentials = send_credentials});
  }
  if (!shared_session_ && !user.session) user.session = client_->open_session();
  user.waiting = Waiting::request;
  flight.exchange = client_->start(shared_session_ ? *shared_session_ : *user.session,
                                   {.origin = &endpoint.url.origin,
                                    .head = head,
                                    .body = body_.first,
                                    .more_body = body_.more,
                                    .body_lasts = flight.stream == nullptr,  // whose head frees the coroutine's stack
                                    .is_head = endpoint.is_head,
                                    .expect_continue = options.expect_continue && body_.present,
                                    .timeout = flight.timeout,
                                    .connect_timeout = flight.connect_timeout,
                                    .max_body = flight.max_body,
                                    .stream = flight.stream.get(),
                                    .silence_timeout = flight.silence},
                                   flight.stream ? static_cast<http::ResponseReceiver&>(*flight.stream) : user);
  if (host_.options.http_debug) {
    std::string text(head);
    if (host_.options.http_debug_full) body_.append_to(text);
    run_.say(std::move(text));
  }
  if (host_.options.walk != nullptr) {
    flight.sent = head;
    body_.append_to(flight.sent);
  }
}

void Requests::cancel(User& user) {
  auto& flight = user.flight;
  if (flight.exchange != nullptr) client_->cancel(std::exchange(flight.exchange, nullptr));
  if (flight.endpoint != nullptr) std::exchange(flight.endpoint, nullptr)->drop();
  flight.stream.reset();
}

StreamSeries Requests::stream_series(const User& user, std::string_view name, bool chat, bool objectives) {
  metrics::Tags tags = tags_of(user);
  tags.emplace_back("name", name);
  metrics::sort_tags(tags);
  const auto trend = [&](const char* metric) { return &recorder_.trend(*metrics::builtin_metric(metric), tags); };
  StreamSeries series;
  series.events = &recorder_.counter(*metrics::builtin_metric("sse_events"), tags);
  series.first_event = trend("time_to_first_event");
  series.gap = trend("inter_event_gap");
  if (objectives) {
    series.met = &recorder_.rate(*metrics::builtin_metric("objectives_met"), tags);
    series.goodput = &recorder_.counter(*metrics::builtin_metric("goodput"), tags);
  }
  if (!chat) return series;
  series.first_token = trend("time_to_first_token");
  series.token_gap = trend("inter_token_latency");
  series.tokens_per_s = trend("tokens_per_second");
  return series;
}

void Requests::open_stream(User& user, const http::Response& response) {
  lua_State* state = user.coroutine.state();
  if (response.outcome == Outcome::ok) store_cookies(user, response.head);
  user.flight.opened = true;
  user.flight.opened_as_expected = is_expected(user, response);  // reads the options, which lie on the stack
  lua_settop(state, 0);
  push_response(state, host_, response, user.flight.endpoint->url_text, user.flight.max_body, ++responses_);
}

void Requests::finish_stream(User& user, const http::Response& response) {
  auto& flight = user.flight;
  flight.exchange = nullptr;
  const bool expected = flight.opened ? flight.opened_as_expected : is_expected(user, response);
  const bool success = response.outcome == Outcome::ok && expected && !flight.stream->failed();
  record(user, response, success);
  flight.stream->judge(success, response.finished);
  std::exchange(flight.endpoint, nullptr)->drop();
}

void Requests::close_stream(User& user) {
  auto& flight = user.flight;
  if (flight.exchange == nullptr) return;
  client_->cancel(flight.exchange);
  finish_stream(user, flight.stream->so_far(loop_.now()));
}

void Requests::drop_stream(User& user, bool record) {
  if (!user.flight.stream) return;
  if (record) close_stream(user);
  cancel(user);
}

bool Requests::is_expected(const User& user, const http::Response& response) const {
  if (response.outcome != Outcome::ok) return false;
  if (!user.flight.has_expect) return response.status >= 200 && response.status < 400;
  lua_State* state = user.coroutine.state();  // its stack: options body
  lua_checkstack(state, 4);
  lua_pushliteral(state, "expect");
  lua_rawget(state, 1);
  bool found = lua_tonumber(state, -1) == response.status;
  if (lua_istable(state, -1)) {
    for (int i = 1, size = static_cast<int>(lua_objlen(state, -1)); i <= size && !found; ++i) {
      lua_rawgeti(state, -1, i);
      found = lua_tonumber(state, -1) == response.status;
      lua_pop(state, 1);
    }
  }
  lua_pop(state, 1);
  return found;
}

void Requests::record(User& user, const http::Response& response, bool expected) {
  const auto& timings = response.timings;
  metrics::RequestSample sample{.finished = response.finished,
                                .outcome = response.outcome,
                                .status = response.status,
                                .expected = expected,
                                .blocked = timings.blocked,
                                .connecting = timings.connecting,
                                .tls_handshaking = timings.tls_handshaking,
                                .sending = timings.sending,
                                .waiting = timings.waiting,
                                .receiving = timings.receiving,
                                .bytes_sent = response.bytes_sent,
                                .bytes_received = response.bytes_received,
                                .proto = {},
                                .tls_version = response.tls_version,
                                .url = user.flight.endpoint->url_text,
                                .said = response.outcome == Outcome::ok ? response.body : response.detail,
                                .detail = nullptr};
  if (response.status != 0) sample.proto = response.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
  if (recorder_.keeps_samples()) {
    const metrics::SampleDetail detail{.url = user.flight.endpoint->url_text,
                                       .proto = std::string(sample.proto),
                                       .tls_version = std::string(response.tls_version)};
    sample.detail = &detail;
    user.flight.series->record(sample);
    return;
  }
  user.flight.series->record(sample);
}

void Requests::store_cookies(User& user, std::string_view head) {
  // Few answers set one: look at the first letter of each line before reading names.
  for (std::size_t at = head.find('\n'); at != std::string_view::npos && at + 1 < head.size();
       at = head.find('\n', at + 1)) {
    if ((head[at + 1] | 0x20) != 's') continue;
    constexpr std::string_view kName = "set-cookie:";
    const auto line = head.substr(at + 1, head.find('\r', at) - at - 1);
    if (!http::equals_ignoring_case(line.substr(0, kName.size()), kName)) continue;
    auto value = line.substr(kName.size());
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    user.cookies.store(user.flight.endpoint->url, value, loop_.wall_now());
  }
}

bool Requests::finish(User& user, const http::Response& response) {
  auto& flight = user.flight;
  flight.exchange = nullptr;
  if (response.outcome == Outcome::ok) store_cookies(user, response.head);
  if (host_.options.http_debug) {
    std::string text(response.outcome == Outcome::ok ? response.head : name_of(response.outcome));
    if (host_.options.http_debug_full) text.append(response.body);
    run_.say(std::move(text));
  }
  http::Response changed;  // only when a redirect cannot be followed
  const http::Response* answer = &response;
  Outcome problem = Outcome::ok;
  if (response.status >= 301 && response.status <= 308) {
    if (follow(user, response, problem)) return false;
    if (problem != Outcome::ok) {
      changed = response;
      changed.outcome = problem;
      changed.status = 0;
      answer = &changed;
    }
  }
  const bool expected = is_expected(user, *answer);
  record(user, *answer, expected);
  if (host_.options.walk != nullptr) tell_walk(user, *answer, expected);
  lua_State* state = user.coroutine.state();
  lua_settop(state, 0);
  push_response(state, host_, *answer, flight.endpoint->url_text, flight.max_body, ++responses_);
  std::exchange(flight.endpoint, nullptr)->drop();
  return true;
}

bool Requests::follow(User& user, const http::Response& response, Outcome& problem) {
  struct Hop {
    Requests& requests;
    User& user;
    const RequestOptions& defaults;
    bool keeps_body, same_origin;
  };
  auto& flight = user.flight;
  const int status = response.status;
  const auto location = http::find_header(response.head, "Location");
  const bool redirects = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  if (!redirects || !location.present) return false;
  if (flight.redirects_left == 0) {
    problem = flight.followed ? Outcome::too_many_redirects : Outcome::ok;
    return false;
  }
  auto url = http::resolve_url(flight.endpoint->url, location.value);
  if (!url) {
    problem = Outcome::invalid_url;
    return false;
  }
  record(user, response, true);
  --flight.redirects_left;
  flight.followed = true;

  // RFC 9110, 15.4, as browsers do it: 307 and 308 repeat the request; the others turn all but HEAD into GET.
  const bool repeats = status == 307 || status == 308;
  const bool same_origin = url->origin == flight.endpoint->url.origin;
  const std::string method = repeats || flight.endpoint->is_head                  ? flight.endpoint->method
                             : status != 303 && flight.endpoint->method != "POST" ? flight.endpoint->method
                                                                                  : "GET";
  const bool keeps_body = method == flight.endpoint->method;
  auto* next = make_endpoint(method, std::move(*url), host_of_user(user), style_);
  std::exchange(flight.endpoint, next)->drop();

  // The options and body still lie on the parked coroutine; reading them again may raise, so it happens in a protected
  // call.
  Hop hop{*this, user, defaults_, keeps_body, same_origin};
  const int failed = lua_cpcall(
      host_.vm.state(),
      [](lua_State* state) {
        const auto& here = *static_cast<const Hop*>(lua_touserdata(state, 1));
        lua_State* parked = here.user.coroutine.state();
        lua_checkstack(parked, 2);
        lua_pushvalue(parked, 1);
        lua_pushvalue(parked, 2);
        lua_xmove(parked, state, 2);  // stack: hop options body
        const auto options = here.requests.reader_.read(state, 2, here.defaults);
        if (!here.keeps_body) {
          lua_pushnil(state);
          lua_replace(state, 3);
        }
        here.requests.body_.read(state, 3);
        here.requests.send(state, 2, here.user, options, here.same_origin);
        return 0;
      },
      &hop);
  if (failed == 0) return true;
  lua_pop(host_.vm.state(), 1);
  problem = Outcome::internal;
  return false;
}

void Requests::tell_walk(const User& user, const http::Response& response, bool expected) {
  host_.options.walk->on_exchange({.task = user.activity->name,
                                   .where = user.activity->where,
                                   .request = user.flight.sent,
                                   .response = std::string(response.head).append("\r\n").append(response.body),
                                   .status = response.status,
                                   .outcome = response.outcome,
                                   .expected = expected});
}

}  // namespace thresher::bindings
