#include <catch2/catch.hpp>
#include <set>

#include "http/headers.h"
#include "support/script_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::ScriptWorld;

namespace {

void run(ScriptWorld& world, const std::string& body, const std::string& options = "") {
  world.task(body, options);
  world.start();
  world.iterate();
  if (!world.error().empty()) FAIL(world.error() + "\n" + world.traceback());
}

std::string error_of(const std::string& body) {
  ScriptWorld world;
  world.task(body);
  world.start();
  world.iterate();
  CHECK(world.requests.empty());
  return world.error();
}

std::string header(const ScriptWorld& world, const char* name) {
  const auto found = http::find_header(world.last_head, name);
  return found.present ? std::string(found.value) : "absent";
}

/// Answers 302 (or what `?code=` says) to /from/..., and 200 elsewhere.
void redirect_from(ScriptWorld& world, std::string location, int status = 302) {
  world.handler = [location, status](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
    if (request.target.starts_with("/from")) {
      responder->respond(status, "Location: " + location + "\r\n", "moved");
    } else {
      responder->respond(200, "", "arrived");
    }
  };
}

}  // namespace

TEST_CASE("every method sends what it is called", "[unit][bindings]") {
  ScriptWorld world;
  run(world,
      "for _, m in ipairs { 'get', 'post', 'put', 'patch', 'delete', 'head', 'options' } do user[m](user, '/' .. m) "
      "end "
      "user:request('PROPFIND', '/x')");
  CHECK(world.requests == std::vector<std::string>{"GET /get", "POST /post", "PUT /put", "PATCH /patch",
                                                   "DELETE /delete", "HEAD /head", "OPTIONS /options", "PROPFIND /x"});
}

TEST_CASE("a plain request has the headers every server expects", "[unit][bindings]") {
  ScriptWorld world;
  world.options().user_agent = "tester/1";
  run(world, "user:get('/a?b=c')");
  CHECK(world.requests.back() == "GET /a?b=c");
  CHECK(header(world, "Host") == "127.0.0.1:8007");
  CHECK(header(world, "User-Agent") == "tester/1");
  CHECK(header(world, "Accept-Encoding") == "gzip, br, zstd");
  CHECK(header(world, "Content-Length") == "absent");
}

TEST_CASE("headers are added, and replace what would be sent by itself", "[unit][bindings]") {
  ScriptWorld world;
  run(world, "user:get('/', { headers = { ['X-Number'] = 7, ['user-agent'] = 'mine', Host = 'other' } })");
  CHECK(header(world, "X-Number") == "7");
  CHECK(header(world, "User-Agent") == "mine");
  CHECK(header(world, "Host") == "other");
  CHECK(world.last_head.find("thresher") == std::string::npos);
}

TEST_CASE("bodies: JSON, form, text", "[unit][bindings]") {
  ScriptWorld world;
  SECTION("JSON") {
    run(world, "user:post('/', { json = { a = { 1, 'two' } } })");
    CHECK(world.last_body == R"({"a":[1,"two"]})");
    CHECK(header(world, "Content-Type") == "application/json");
    CHECK(header(world, "Content-Length") == "15");
  }
  SECTION("false is JSON too") {
    run(world, "user:post('/', { json = false })");
    CHECK(world.last_body == "false");
  }
  SECTION("form") {
    run(world, "user:post('/', { form = { name = 'a b&c', n = 2, list = { 'x', 'y' }, yes = true } })");
    CHECK(world.last_body == "list=x&list=y&n=2&name=a%20b%26c&yes=true");
    CHECK(header(world, "Content-Type") == "application/x-www-form-urlencoded");
  }
  SECTION("text") {
    run(world, "user:put('/', { body = 'raw\\0bytes', headers = { ['Content-Type'] = 'text/plain' } })");
    CHECK(world.last_body == std::string("raw\0bytes", 9));
    CHECK(header(world, "Content-Type") == "text/plain");
  }
  SECTION("pieces are sent one after the other") {
    run(world, "user:post('/', { body = { 'a', '', ('b'):rep(3), 'c' } })");
    CHECK(world.last_body == "abbbc");
    CHECK(header(world, "Content-Length") == "5");
  }
  SECTION("no piece is an empty body") {
    run(world, "user:post('/', { body = {} })");
    CHECK(header(world, "Content-Length") == "0");
  }
  SECTION("an empty POST says so") {
    run(world, "user:post('/')");
    CHECK(header(world, "Content-Length") == "0");
  }
  SECTION("a GET may have one") {
    run(world, "user:get('/', { body = 'x' })");
    CHECK(world.last_body == "x");
  }
}

TEST_CASE("query options are encoded and appended", "[unit][bindings]") {
  ScriptWorld world;
  run(world,
      "user:get('/a?x=1', { query = { q = 'a b', page = 2 } }) user:get('/b', { query = { q = '\xc3\xa9' } }) "
      "user:get('/c', { query = {} })");
  CHECK(world.requests == std::vector<std::string>{"GET /a?x=1&page=2&q=a%20b", "GET /b?q=%C3%A9", "GET /c"});
}

TEST_CASE("authorization: basic, bearer, and in the URL", "[unit][bindings]") {
  ScriptWorld world;
  SECTION("basic") {
    run(world, "user:get('/', { auth = { basic = { 'Aladdin', 'open sesame' } } })");
    CHECK(header(world, "Authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  }
  SECTION("bearer") {
    run(world, "user:get('/', { auth = { bearer = 'abc' } })");
    CHECK(header(world, "Authorization") == "Bearer abc");
  }
  SECTION("URL") {
    run(world, "user:get('http://u:p%40@127.0.0.1:8007/')");
    CHECK(header(world, "Authorization") == "Basic dTpwQA==");
  }
}

TEST_CASE("cookies are kept per user", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = [](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
    const bool login = request.target == "/login";
    responder->respond(200, login ? "Set-Cookie: id=7; Path=/\r\nset-cookie: lang=it\r\n" : "", "");
  };
  world.task(
      "if user.number == 1 then user:get('/login') end user:get('/page') "
      "user:set_cookie('own', 'x') user:get('/again', { cookies = { once = 'y' } }) user:clear_cookies()");
  world.start();
  std::vector<std::string> seen;
  const auto answer = world.handler;
  world.handler = [&](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
    const auto cookie = http::find_header(request.head, "Cookie");
    seen.push_back(std::string(request.target) + " " + (cookie.present ? std::string(cookie.value) : "-"));
    answer(request, std::move(responder));
  };
  world.iterate(0);
  world.iterate(1);
  world.iterate(1);
  CHECK(seen == std::vector<std::string>{"/login -", "/page id=7; lang=it", "/again id=7; lang=it; own=x; once=y",
                                         "/page -", "/again own=x; once=y", "/page -", "/again own=x; once=y"});
}

TEST_CASE("redirects are followed, each hop a sample of the same name", "[unit][bindings]") {
  ScriptWorld world;
  redirect_from(world, "../to?x=1");
  run(world, "local res = user:get('/from/here', { name = 'moving' }) print(res.status, res.body, res.url)");
  CHECK(world.said_text() == "200\tarrived\thttp://127.0.0.1:8007/to?x=1\n");
  CHECK(world.requests == std::vector<std::string>{"GET /from/here", "GET /to?x=1"});
  CHECK(world.metric("http_reqs", {{{"name", "moving"}}}).counter.sum == 2);
  CHECK(world.metric("http_reqs", {{{"name", "moving"}, {"status", "302"}}}).counter.sum == 1);
  CHECK(world.metric("http_req_failed").rate.passes == 0);
}

TEST_CASE("a redirect keeps or drops method and body as its status says", "[unit][bindings]") {
  const auto last = [](int status, const char* method) {
    ScriptWorld world;
    redirect_from(world, "/to", status);
    run(world, std::string("user:") + method + "('/from', { json = { 1 }, headers = { ['X-Keep'] = 'yes' } })");
    CHECK(header(world, "X-Keep") == "yes");
    return world.requests.back() + " " + world.last_body + " " + header(world, "Content-Type");
  };
  CHECK(last(301, "post") == "GET /to  absent");
  CHECK(last(302, "put") == "PUT /to [1] application/json");
  CHECK(last(303, "put") == "GET /to  absent");
  CHECK(last(307, "post") == "POST /to [1] application/json");
  CHECK(last(308, "patch") == "PATCH /to [1] application/json");
  CHECK(last(302, "head") == "HEAD /to [1] application/json");
}

TEST_CASE("a redirect repeats a body of pieces", "[unit][bindings]") {
  ScriptWorld world;
  redirect_from(world, "/to", 307);
  run(world, "user:post('/from', { body = { ('a'):rep(20000), 'b', ('c'):rep(20000) } })");
  CHECK(world.last_body == std::string(20'000, 'a') + "b" + std::string(20'000, 'c'));
}

TEST_CASE("credentials do not follow to another origin", "[unit][bindings]") {
  ScriptWorld world;
  redirect_from(world, "http://127.0.0.1:8010/to");
  run(world,
      "user:get('/from', { auth = { bearer = 'secret' }, headers = { Cookie = 'a=b', Host = 'x', Other = 'c' } })");
  CHECK(world.requests.back() == "GET /to");
  CHECK(header(world, "Authorization") == "absent");
  CHECK(header(world, "Cookie") == "absent");
  CHECK(header(world, "Host") == "127.0.0.1:8010");
  CHECK(header(world, "Other") == "c");
}

TEST_CASE("redirects can be refused or limited", "[unit][bindings]") {
  ScriptWorld world;
  redirect_from(world, "/from/again");
  run(world,
      "print(user:get('/from', { redirects = false }).status) "
      "local res = user:get('/from', { redirects = 2 }) print(res.status, res.error) "
      "res = user:get('/from') print(res.status, res.error)");
  CHECK(world.said_text() == "302\n0\ttoo_many_redirects\n0\ttoo_many_redirects\n");
  CHECK(world.requests.size() == 1 + 3 + 11);
}

TEST_CASE("a redirect to no URL fails the request", "[unit][bindings]") {
  ScriptWorld world;
  redirect_from(world, "http://:99999999/");
  run(world, "print(user:get('/from').error)");
  CHECK(world.said_text() == "invalid_url\n");
}

TEST_CASE("what counts as success can be said", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = [](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
    responder->respond(std::stoi(std::string(request.target.substr(1))), "", "");
  };
  run(world,
      "user:get('/404') user:get('/404', { expect = 404 }) user:get('/404', { expect = { 200, 404 } }) "
      "user:get('/200', { expect = { 404 } }) user:get('/503') user:get('/204')");
  const auto failed = world.metric("http_req_failed");
  CHECK(failed.rate.total == 6);
  CHECK(failed.rate.passes == 3);
}

TEST_CASE("network failures are responses, and count as failed requests", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = [silence = world.silence()](const http::ServerRequest& request,
                                              std::unique_ptr<http::Responder> responder) {
    if (request.target == "/reset") return responder->reset();
    if (request.target == "/garbage") return responder->respond_raw("no http\r\n\r\n", true);
    silence(request, std::move(responder));
  };
  run(world,
      "for _, url in ipairs { '/slow', '/reset', '/garbage', 'http://127.0.0.1:9/', 'http://nowhere.invalid/' } do "
      "local res = user:get(url, { timeout = 0.5 }) "
      "print(res.status, res.error, res.ok, res.body == '', res.error_code > 0, res:json('a')) end");
  CHECK(world.said_text() ==
        "0\ttimeout\tfalse\ttrue\ttrue\tnil\tthere is no body\n0\treset\tfalse\ttrue\ttrue\tnil\tthere is no body\n"
        "0\tprotocol\tfalse\ttrue\ttrue\tnil\tthere is no body\n0\tconnect_refused\tfalse\ttrue\ttrue\tnil\tthere is "
        "no body\n"
        "0\tdns\tfalse\ttrue\ttrue\tnil\tthere is no body\n");
  CHECK(world.metric("http_req_failed").rate.passes == 5);
}

TEST_CASE("requests are named, or by their folded path", "[unit][bindings]") {
  ScriptWorld world;
  run(world,
      "user:get('/users/12/posts?x=1') user:get('/users/13/posts') user:get('/a', { name = 'mine' }) "
      "user:get('http://127.0.0.1:8010/b/7')");
  CHECK(world
            .metric("http_reqs",
                    {{{"name", "/users/{id}/posts"}, {"method", "GET"}, {"scenario", "flow"}, {"task", "step"}}})
            .counter.sum == 2);
  CHECK(world.metric("http_reqs", {{{"name", "mine"}}}).counter.sum == 1);
  CHECK(world.metric("http_reqs", {{{"name", "http://127.0.0.1:8010/b/{id}"}}}).counter.sum == 1);
}

TEST_CASE("requests carry the task's tags and their own", "[unit][bindings]") {
  ScriptWorld world;
  run(world, "for i = 1, 3 do user:get('/', { tags = { shard = i % 2 } }) end", "tags = { 'web', 'fast' }");
  CHECK(world.metric("http_reqs", {{{"tag", "web"}, {"tag", "fast"}}}).counter.sum == 3);
  CHECK(world.metric("http_reqs", {{{"shard", "1"}}}).counter.sum == 2);
}

TEST_CASE("a port option keeps the host and changes the port", "[unit][bindings]") {
  ScriptWorld world;
  world.options().host = "http://localhost:8007/base/";
  run(world, "user:get('/health', { port = 8010 }) print(user.host)");
  CHECK(world.requests.back() == "GET /base/health");
  CHECK(header(world, "Host") == "localhost:8010");
  CHECK(world.said_text() == "http://localhost:8007\n");
}

TEST_CASE("each user keeps its connection, or all share a worker's", "[unit][bindings]") {
  const auto connections = [](bool shared) {
    ScriptWorld world;
    world.options().shared_connections = shared;
    std::set<std::uint64_t> seen;
    world.handler = [&](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
      seen.insert(request.connection);
      responder->respond(200, "", "");
    };
    world.task("user:get('/a') user:get('/b')");
    world.start();
    world.iterate(0);
    world.iterate(1);
    return seen.size();
  };
  CHECK(connections(false) == 2);
  CHECK(connections(true) == 1);
}

TEST_CASE("a script that makes up URLs and names without end is only slower", "[unit][bindings]") {
  ScriptWorld world;
  run(world,
      "for i = 1, 3000 do local res = user:get('/x' .. i, { name = 'n' .. i % 7 }) assert(res.url:find('/x' .. i, 1, "
      "true)) end");
  CHECK(world.requests.size() == 3000);
  CHECK(world.requests[2999] == "GET /x3000");
  CHECK(world.metric("http_reqs", {{{"name", "n3"}}}).counter.sum == 429);
}

TEST_CASE("http_debug shows heads, and full bodies when asked", "[unit][bindings]") {
  ScriptWorld world;
  world.options().http_debug = true;
  world.options().http_debug_full = true;
  run(world, "user:post('/x', { body = 'sent' })");
  REQUIRE(world.said.size() == 2);
  CHECK_THAT(world.said[0], StartsWith("POST /x HTTP/1.1") && Catch::Matchers::EndsWith("sent"));
  CHECK_THAT(world.said[1], StartsWith("HTTP/1.1 200") && Contains("healthy"));
}

TEST_CASE("misuse of a request names the author's line, and sends nothing", "[unit][bindings]") {
  const std::pair<const char*, const char*> kCases[] = {
      {"user:get()", "request: url: expected a string, got nil"},
      {"user.get('/x')", "request: write user:get(...), with a colon"},
      {"user:get('x')", "request: 'x' is neither a path from \"/\" on nor an absolute URL"},
      {"user:get('http://:1/')", "request: "},
      {"user:request('get', '/')", "request: 'get' is no method; write it in capitals"},
      {"user:get('/', 3)", "request: options: expected a table, got number"},
      {"user:get('/', { 'x' })", "request: options are given by name"},
      {"user:get('/', { tiemout = 3 })", "request: unknown option 'tiemout'; did you mean 'timeout'?"},
      {"user:get('/', { timeout = '3' })", "request: timeout: expected a number, got string"},
      {"user:get('/', { timeout = 0 })", "request: timeout: must be more than 0 seconds"},
      {"user:get('/', { timeout = -1 })", "request: timeout: -1 is not between 0 and 86400"},
      {"user:get('/', { name = 3 })", "request: name: expected a string, got number"},
      {"user:get('/', { name = '' })", "request: name: is empty"},
      {"user:get('/', { headers = 'x' })", "request: headers: expected a table, got string"},
      {"user:get('/', { headers = { x = {} } })", "request: header 'x': expected a string, got table"},
      {"user:get('/', { headers = { ['a b'] = 'x' } })", "request: headers: 'a b' is no header name"},
      {"user:get('/', { headers = { a = 'x\\r\\ny: z' } })",
       "request: headers: a line end or zero byte cannot be sent"},
      {"user:get('/', { headers = { ['Content-Length'] = 1 } })",
       "request: headers: Content-Length is set from the body"},
      {"user:post('/', { body = { 'a', 2 } })", "request: body: a list's pieces are strings, but number 2 is a number"},
      {"user:get('/', { objectives = {} })", "request: objectives belong to user:stream(...) and user:chat(...)"},
      {"user:chat('/', { objectives = { ttft = 3 } })",
       "request: objectives: unknown name 'ttft'; there are time_to_first"},
      {"user:chat('/', { objectives = { inter_event_gap = 3 } })",
       "request: objectives: unknown name 'inter_event_gap'"},
      {"user:stream('/', { objectives = { duration = 0 } })", "request: objectives: duration: expected milliseconds"},
      {"user:post('/', { body = 2 })", "request: body: expected a string, got number"},
      {"user:post('/', { json = {}, body = 'x' })", "request: only one of json, form and body can be the body"},
      {"user:post('/', { json = { f = print } })", "request: json: "},
      {"user:post('/', { form = { a = { {} } } })", "request: form: 'a': expected a string, number"},
      {"user:get('/', { query = { a = print } })", "request: query: 'a': expected a string, number"},
      {"user:get('/', { tags = { a = {} } })", "request: tag 'a': expected a string, got table"},
      {"user:get('/', { auth = {} })", "request: auth: expected { basic = { user, password } } or { bearer = token }"},
      {"user:get('/', { auth = { basic = { 'a' } } })", "request: auth: basic takes { user, password }"},
      {"user:get('/', { redirects = 'no' })", "request: redirects: expected a number, got string"},
      {"user:get('/', { max_body = 1e12 })", "request: max_body: "},
      {"user:get('/', { port = 0 })", "request: port: 0 is not between 1 and 65535"},
      {"user:get('/', { expect = '200' })", "request: expect: expected a table, got string"},
      {"thresher.sleep(-1)", "sleep: seconds must be 0 or more, got -1"},
      {"thresher.sleep('1')", "sleep: expected a number, got string"},
      {"user:set_cookie('a')", "set_cookie: value: expected a string, got no value"},
      {"thresher.pick(3)", "pick: expected a list, got number"},
  };
  for (const auto& [body, expected] : kCases)
    CHECK_THAT(error_of(body), StartsWith(std::string("flow.lua:2: ") + expected));
}

TEST_CASE("a call in tail position is blamed on its task", "[unit][bindings]") {
  CHECK_THAT(error_of("return user:get('/', { tiemout = 1 })"),
             StartsWith("flow.lua:1: request: unknown option 'tiemout'"));
}

TEST_CASE("a path needs a host", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario("require('thresher').scenario { name = 'x' }:task { 'a', function(user)\n user:get('/') end }");
  world.start();
  world.iterate();
  CHECK(world.error() == "flow.lua:2: request: '/' is a path, but the scenario has no host; set host = ... or --host");
}
