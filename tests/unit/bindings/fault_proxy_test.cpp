#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "support/script_world.h"

namespace thresher::test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

/// A scenario behind a proxy in a rehearsal: `options` of the proxy, `body` of its task.
std::string behind(std::string_view options, std::string_view body) {
  return fmt::format(R"lua(
local thresher = require "thresher"
local proxy = thresher.fault_proxy("http://127.0.0.1:8007", {{ {} }})
local flow = thresher.scenario {{ name = "flow", host = proxy.url }}
local function ask(user)
  local res = user:get("/health")
  print(res.status, res.error or "ok", math.floor(res.timings.duration + 0.5))
end
flow:task {{ "step", function(user)
{}
end }}
)lua",
                     options, body);
}

/// A world as a rehearsal has it: proxies get ports by number.
class Rehearsed {
 public:
  explicit Rehearsed(const std::string& text, unsigned workers = 1) : world_(workers) {
    world_.options().watch_runs = true;
    world_.scenario(text);
  }
  ScriptWorld* operator->() { return &world_; }
  /// Why the file does not load.
  std::string refusal() {
    const auto started = world_.try_start();
    return started ? "" : to_text(started.error());
  }

 private:
  ScriptWorld world_;
};

}  // namespace

TEST_CASE("a request through a fault proxy meets its toxics", "[bindings][proxy]") {
  Rehearsed world(behind(R"(toxics = { { type = "latency", latency = 100 } })", "ask(user)"));
  world->start();
  world->iterate();
  CHECK(world->said_text() == "200\tok\t100\n");
  CHECK(world->requests == std::vector<std::string>{"GET /health"});
}

TEST_CASE("a proxy knows its addresses while the file loads", "[bindings][proxy]") {
  Rehearsed world(R"lua(
local thresher = require "thresher"
local one = thresher.fault_proxy("https://api.example:8443/base/path")
local two = thresher.fault_proxy("127.0.0.1:8007", { listen = "127.0.0.1:9007" })
thresher.scenario { name = "flow" }:task { "step", function() print(one.url, one.listen, two.url) end }
)lua");
  world->start();
  world->iterate();
  CHECK(world->said_text() == "https://127.0.0.1:41001/base/path\t127.0.0.1:41001\thttp://127.0.0.1:9007\n");
}

TEST_CASE("outside a rehearsal a proxy gets a free port, the same for the catalogue and every worker",
          "[bindings][proxy]") {
  ScriptWorld world(3);
  world.scenario(behind("", "print(proxy.url) ask(user)"));
  world.start();
  for (const engine::UserNumber user : {0U, 1U, 2U}) world.iterate(user);
  REQUIRE(world.said.size() == 6);
  CHECK_THAT(world.said[0], Contains("http://127.0.0.1:") && !Contains(":0\n"));
  for (const std::size_t worker : {0U, 1U, 2U}) {
    CHECK(world.said[2 * worker] == world.said[0]);
    CHECK_THAT(world.said[2 * worker + 1], Contains("200\tok"));
  }
}

TEST_CASE("users of every worker go through the one proxy", "[bindings][proxy]") {
  Rehearsed world(behind(R"(toxics = { { type = "limit_data", bytes = 5 } })", "ask(user)"), 2);
  world->start();
  world->iterate(0);
  world->iterate(1);
  CHECK(world->requests.size() == 2);
  REQUIRE(world->said.size() == 2);
  for (const std::string& line : world->said) CHECK_THAT(line, Contains("0\t"));
}

TEST_CASE("toxics come and go while the run goes on", "[bindings][proxy]") {
  Rehearsed world(behind("", R"lua(
    ask(user)
    local name = proxy:add { type = "latency", latency = 40 }
    proxy:add { type = "latency", latency = 7, stream = "upstream", name = "more" }
    ask(user)
    proxy:remove(name)
    ask(user)
    print(name))lua"));
  world->start();
  world->iterate();
  CHECK(world->error().empty());
  CHECK(world->said_text() == "200\tok\t0\n200\tok\t47\n200\tok\t7\nlatency_downstream\n");
}

TEST_CASE("a proxy goes down and comes up again when a user says so", "[bindings][proxy]") {
  Rehearsed world(behind("", "ask(user) proxy:down() ask(user) ask(user) proxy:up() ask(user)"));
  world->start();
  world->iterate();
  // The kept connection first, then a new one.
  CHECK(world->said_text() == "200\tok\t0\n0\tclosed\t0\n0\tconnect_refused\t0\n200\tok\t0\n");
}

TEST_CASE("what a user of another worker asks for happens as well", "[bindings][proxy]") {
  Rehearsed world(behind("", "if user.number == 2 then proxy:down() thresher.sleep(0.1) end ask(user)"), 2);
  world->start();
  world->iterate(1);
  CHECK_THAT(world->said_text(), Contains("0\tconnect_refused"));
}

TEST_CASE("schedules count from the moment load begins", "[bindings][proxy]") {
  Rehearsed world(behind(R"(toxics = { { type = "latency", latency = 30, from = 2, to = 3 } })",
                         "for _ = 1, 4 do ask(user) thresher.sleep(1) end"));
  world->start();
  world->run_for(10s);  // setup took its time
  world->runner().set_setup_data("{}");
  world->iterate();
  CHECK(world->said_text() == "200\tok\t0\n200\tok\t0\n200\tok\t30\n200\tok\t0\n");
}

TEST_CASE("the run's seed decides whom toxicity strikes, unless the proxy has its own", "[bindings][proxy]") {
  const auto struck = [](std::uint64_t seed, const std::string& own) {
    Rehearsed world(behind(own + R"(toxics = { { type = "limit_data", bytes = 5, toxicity = 0.5 } })",
                           "local res = user:get('/health') print(res.status)"));
    world->options().seed = seed;
    world->options().http.reuse_connections = false;
    world->start();
    for (int i = 0; i < 40; ++i) world->iterate();
    return world->said_text();
  };
  const std::string some = struck(7, "");
  CHECK_THAT(some, Contains("0\n200\n") && Contains("200\n0\n"));
  CHECK(struck(7, "") == some);
  CHECK(struck(8, "") != some);
  CHECK(struck(8, "seed = 7, ") == some);
}

TEST_CASE("runs of the same files host the proxies one after the other", "[bindings][proxy]") {
  // As a run after its preflight: other VMs, other loops, the same options.
  ScriptFolder folder;
  bindings::ScenarioOptions options;
  options.files.emplace_back(folder.write("flow.lua", behind("", "ask(user)")));
  REQUIRE(bindings::read_catalogue(options).has_value());
  const auto factory = bindings::make_runner_factory(options);
  event::VirtualWorld world;
  const auto loop = world.make_loop(), other_loop = world.make_loop();
  const auto recorder = metrics::Recorder::create(0, {});
  const profile::Plan plan;
  struct Silent final : engine::RunPort {
    void abort(std::string) override {}
    void mark_failed(std::string) override {}
    void say(std::string) override {}
    void record(std::string) override {}
  } port;
  const auto make = [&](event::Loop& home) {
    return factory({.plan = &plan, .loop = &home, .recorder = recorder.get(), .run = &port, .events = nullptr});
  };
  auto first = make(*loop);
  REQUIRE(first.has_value());
  const auto refused = make(*other_loop);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "the fault proxies of these files are in use by another run");
  first->reset();
  CHECK(make(*other_loop).has_value());
}

TEST_CASE("what is wrong with a proxy is said with the author's line", "[bindings][proxy]") {
  const auto why = [](const std::string& line) {
    return Rehearsed("local thresher = require 'thresher'\n" + line + "\nthresher.scenario { name = 'x' }").refusal();
  };
  CHECK_THAT(why("thresher.fault_proxy('nowhere')"),
             Contains("flow.lua:2: fault_proxy: 'nowhere' is no HOST:PORT, such as 127.0.0.1:8007"));
  CHECK_THAT(why("thresher.fault_proxy(7)"), Contains("flow.lua:2: fault_proxy: expected a string, got number"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { toxic = {} })"), Contains("flow.lua:2: ") && Contains("'toxics'"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { seed = -1 })"), Contains("seed: expected a whole number, got -1"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { toxics = { type = 'latency' } })"),
             Contains("toxics: expected a list of toxics"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { toxics = { { type = 'lag' } } })"),
             Contains("flow.lua:2: fault_proxy: toxic 1: type 'lag': expected latency, bandwidth"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { toxics = { { type = 'latency', latncy = 1 } } })"),
             Contains("latency has no attribute 'latncy'; did you mean 'latency'?"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { toxics = { { type = 'latency', latency = '1s' } } })"),
             Contains("toxic 1: latency: expected a number, got string"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { toxics = { { type = 'timeout', from = 5, to = 2 } } })"),
             Contains("to (2s) must come after from (5s)"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { toxics = { { type = 'latency' }, { type = 'latency' } } })"),
             Contains("two toxics are called 'latency_downstream'"));
  CHECK_THAT(why("thresher.fault_proxy('a:1', { listen = 'other.example:1' })"),
             Contains("cannot listen on 'other.example:1'"));
  CHECK_THAT(why("thresher.fault_proxy('a:1'):down()"),
             Contains("flow.lua:2: proxy:down: only a virtual user can do this, not a file that loads"));
}

TEST_CASE("what is wrong later is an error of the user's", "[bindings][proxy]") {
  const auto why = [](const std::string& line) {
    Rehearsed world(behind("", line));
    world->start();
    world->iterate();
    return world->error();
  };
  CHECK_THAT(why("proxy:remove('lag')"), Contains("flow.lua:") && Contains("proxy:remove: there is no toxic 'lag'"));
  CHECK_THAT(why("proxy:add { type = 'latency' } proxy:add { type = 'latency' }"),
             Contains("proxy:add: there is a toxic 'latency_downstream' already"));
  CHECK_THAT(why("proxy:add(7)"), Contains("proxy:add: a toxic is a table"));
  CHECK_THAT(why("thresher.fault_proxy('a:1')"), Contains("fault_proxy: make it where the file loads"));
}

TEST_CASE("a proxy that is not the same in every worker is refused", "[bindings][proxy]") {
  Rehearsed world(R"lua(
local thresher = require "thresher"
thresher.fault_proxy("127.0.0.1:8007", { name = tostring(os.clock()) })  -- later in each VM
thresher.scenario { name = "flow" }:task { "step", function() end }
)lua");
  CHECK_THAT(world.refusal(), Contains("every worker loads the file, and this proxy is not the same each time"));
}

}  // namespace thresher::test
