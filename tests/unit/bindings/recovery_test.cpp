// Recovery kits as scripts see them, in a rehearsal: the real store in memory, in virtual time.
#include <catch2/catch.hpp>

#include "cli/recovery_adaptor.h"
#include "support/script_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::ScriptWorld;

namespace {

/// A scenario's file whose one task has `kit` at hand.
struct KitWorld {
  explicit KitWorld(const std::string& body, std::uint64_t seed = 7) : kits(cli::make_rehearsed_kits(seed)) {
    world.options().recovery = kits.get();
    world.scenario(
        "local thresher = require 'thresher' local check = thresher.check local kit = thresher.recovery() "
        "local s = thresher.scenario { name = 'flow', host = 'http://127.0.0.1:8007' } "
        "s:task { 'step', function(user)\n" +
        body + "\nend }");
    world.start();
  }
  /// Runs an iteration of user 0 that must not fail, and gives what it printed.
  std::string run() {
    world.iterate();
    CHECK(world.error() == "");
    const std::string text = world.said_text();
    world.said.clear();
    return text;
  }

  std::unique_ptr<bindings::RecoveryPort> kits;  // before the world, whose users have sessions
  ScriptWorld world;
};

std::string printed(const std::string& body) { return KitWorld(body).run(); }

std::string error_of(const std::string& body) {
  KitWorld kit(body);
  kit.world.iterate();
  return kit.world.error();
}

}  // namespace

TEST_CASE("checkpoints are numbered, and the last one has the state", "[unit][bindings][recovery]") {
  const std::string text = printed(R"(
    for i = 1, 3 do
      local made = kit:checkpoint { task = 't', type = 'iteration_end', state = { iteration = i, list = { 1, 'x' } } }
      print(made.sequence_number, made.task, made.type, made.state.iteration)
    end
    local last = kit:last('t')
    print(last.sequence_number, last.state.iteration, last.state.list[2], #last.hash, #last.id)
    print(#kit:checkpoints('t'), kit:checkpoints('t', 2)[1].sequence_number, kit:last('other'), kit:verify('t')))");
  CHECK(text ==
        "1\tt\titeration_end\t1\n2\tt\titeration_end\t2\n3\tt\titeration_end\t3\n"
        "3\t3\tx\t71\t32\n3\t2\tnil\ttrue\n");
}

TEST_CASE("any value JSON can write is a state", "[unit][bindings][recovery]") {
  CHECK(printed(R"(
    for _, state in ipairs { 'text', 7, true, { 1, 2 } } do
      kit:checkpoint { task = 't', state = state }
      print(type(kit:last('t').state))
    end
    kit:checkpoint { task = 't' }
    print(kit:last('t').state))") == "string\nnumber\nboolean\ntable\nnil\n");
}

TEST_CASE("an item goes from hand to hand, and a stale hand is refused", "[unit][bindings][recovery]") {
  const std::string text = printed(R"(
    print(kit:add { task = 't', type = 'job', input = { n = 1 }, id = 'one', max_retries = 1 })
    local first = kit:lease { holder = 'a', seconds = 3, task = 't' }
    print(first.item, first.fence, first.holder, first.input.n, first.retry_count)
    print(kit:lease { holder = 'b', seconds = 3 })
    print(first:heartbeat(4))
    thresher.sleep(5)
    local swept = kit:sweep()
    print(swept.expired_found, swept.recovered, swept.failed, swept.checkpoints_created, #swept.errors)
    local second = kit:lease { holder = 'b', seconds = 3 }
    print(second.fence, second.retry_count)
    print(first:complete 'late')
    print(kit:checkpoint { lease = first, state = 1 })
    print(kit:checkpoint { lease = second, state = 1 }.item)
    print(second:complete { answer = 42 })
    local item = kit:item 'one'
    print(item.status, item.output.answer, item.lease_holder, item.error)
    print(#kit:items 't', #kit:items('t', 'pending'), kit:item 'none'))");
  CHECK_THAT(text, Contains("one\none\t1\ta\t1\t0\nnil\ntrue\n1\t1\t0\t1\t0\n2\t1\n"));
  CHECK_THAT(
      text,
      Contains("nil\twork item 'one': it cannot be completed by lease 1 of 'a': 'b' has held it since, by lease 2\n"));
  CHECK_THAT(text, Contains("one\ntrue\ncompleted\t42\tb\tthe lease of 'a' ran out\n1\t0\tnil\n"));
}

TEST_CASE("giving up uses an attempt, releasing does not", "[unit][bindings][recovery]") {
  CHECK(printed(R"(
    kit:add { task = 't', id = 'x', max_retries = 1 }
    print(kit:lease({ holder = 'a', seconds = 9 }):release())
    print(kit:lease({ holder = 'a', seconds = 9 }):give_up 'no luck')
    print(kit:item 'x'.status, kit:item 'x'.retry_count)
    print(kit:lease({ holder = 'a', seconds = 9 }):give_up 'again none')
    print(kit:item 'x'.status, kit:item 'x'.error))") == "true\ntrue\npending\t1\ntrue\nfailed\tagain none\n");
}

TEST_CASE("a function runs once per key, whoever asks", "[unit][bindings][recovery]") {
  CHECK(printed(R"(
    local runs = 0
    local function ask() runs = runs + 1 thresher.sleep(1) return { text = 'answer', tokens = 100 } end
    for i = 1, 3 do
      local value, hit = kit:cached('prompt', ask, { request = { model = 'm', top = 1 } })
      print(value.text, value.tokens, hit, runs)
    end
    print(kit:cached('nothing', function() end))
    print(kit:cached('nothing', function() error 'not again' end))
    local s = kit:statistics()
    print(s.cache_hits, s.cache_misses, s.keys.completed, s.keys.pending, s.tool_executions))") ==
        "answer\t100\tfalse\t1\nanswer\t100\ttrue\t1\nanswer\t100\ttrue\t1\nnil\tfalse\nnil\ttrue\n3\t2\t2\t0\t0\n");
}

TEST_CASE("who asks while a function runs waits for what it gives", "[unit][bindings][recovery]") {
  KitWorld kit(R"(
    local began = thresher.now()
    local value, hit = kit:cached('prompt', function() thresher.sleep(2) return 'by ' .. user.number end)
    print(user.number, value, hit, thresher.now() - began))");
  kit.world.begin(0);
  kit.world.begin(1);
  kit.world.run_for(1900ms);
  CHECK(kit.world.said.empty());
  kit.world.run_for(2s);
  REQUIRE(kit.world.said.size() == 2);
  CHECK_THAT(kit.world.said_text(), StartsWith("1\tby 1\tfalse\t2\n2\tby 1\ttrue\t2."));
}

TEST_CASE("a function that raises gives its key back, and the error on", "[unit][bindings][recovery]") {
  CHECK_THAT(printed(R"(
    local ok, problem = pcall(kit.cached, kit, 'k', function() error { code = 5 } end)
    print(ok, problem.code)
    print(kit:cached('k', function() return 'second' end))
    print(kit:statistics().keys.completed))"),
             Contains("false\t5\nsecond\tfalse\n1\n"));
  CHECK_THAT(error_of("kit:cached('k', function()\nerror 'the model is down'\nend)"),
             Contains("flow.lua:3: the model is down"));
}

TEST_CASE("a user who is interrupted gives up what it has claimed", "[unit][bindings][recovery]") {
  KitWorld kit(R"(
    local value, hit = kit:cached('k', function()
      if user.number == 1 then thresher.sleep(1000) end
      return user.number
    end)
    print(user.number, value, hit))");
  kit.world.begin(0);
  kit.world.run_for(1s);
  kit.world.begin(1);
  kit.world.run_for(1s);
  CHECK(kit.world.said.empty());
  kit.world.runner().interrupt(0);
  kit.world.run_for(1s);
  CHECK(kit.world.said_text() == "2\t2\tfalse\n");
}

TEST_CASE("a key stands for one request, however its table is ordered", "[unit][bindings][recovery]") {
  CHECK_THAT(error_of(R"(
    local function run() return 1 end
    kit:cached('k', run, { request = { a = 1, b = 2, c = 3 } })
    local other = {}
    other.c, other.b, other.a = 3, 2, 1
    print(kit:cached('k', run, { request = other }))
    kit:cached('k', run, { request = { a = 2 } }))"),
             Contains("flow.lua:8: cached: the key 'k' stands for another request"));
}

TEST_CASE("what is kept for a while is asked for again after it", "[unit][bindings][recovery]") {
  CHECK(printed(R"(
    local runs = 0
    local function ask() runs = runs + 1 return runs end
    local function again() return (kit:cached('k', ask, { lifetime = 10 })) end
    print(again(), again())
    thresher.sleep(11)
    print(again(), again()))") == "1\t1\n2\t2\n");
}

TEST_CASE("a task that is over stays so", "[unit][bindings][recovery]") {
  const std::string text = printed(R"(
    print(kit:task 't')
    print(kit:set_task('t', 'running'), kit:task 't')
    print(kit:set_task('t', 'succeeded'), kit:task 't')
    print(kit:set_task('t', 'running')))");
  CHECK_THAT(text, StartsWith("nil\ntrue\trunning\ntrue\tsucceeded\nnil\t"));
  CHECK_THAT(text, Contains("'t' is over"));
}

TEST_CASE("ids that scripts see in a rehearsal follow from the seed", "[unit][bindings][recovery]") {
  const std::string body = R"(
    print(kit:add { task = 't' }, kit:add { task = 't' })
    print(kit:checkpoint { task = 't' }.id, kit:last 't'.created_at))";
  const std::string first = KitWorld(body, 7).run();
  CHECK(first == KitWorld(body, 7).run());
  CHECK(first != KitWorld(body, 8).run());
}

TEST_CASE("kits of different paths know nothing of each other, those of one path everything",
          "[unit][bindings][recovery]") {
  CHECK(printed(R"(
    thresher.recovery('a.db'):checkpoint { task = 't' }
    print(thresher.recovery('a.db'):last 't'.sequence_number, thresher.recovery('b.db'):last 't', kit:last 't')
    thresher.checkpoint { task = 't' }
    print(kit:last 't'.sequence_number)
    kit:add { task = 't', id = 'x' }
    print(thresher.lease { holder = 'me', seconds = 1 }.item, thresher.cached('k', function() return 1 end)))") ==
        "1\tnil\tnil\n1\nx\t1\tfalse\n");
}

TEST_CASE("what a kit does not understand names the author's line", "[unit][bindings][recovery]") {
  const std::pair<const char*, const char*> mistakes[] = {
      {"kit.checkpoint { task = 't' }", "flow.lua:2: checkpoint: write kit:checkpoint(...), with a colon"},
      {"kit:checkpoint {}", "flow.lua:2: checkpoint: task: expected a string, got nil"},
      {"kit:checkpoint { task = '' }", "flow.lua:2: checkpoint: task: is empty"},
      {"kit:checkpoint { task = 't', type = 'iteration' }", "flow.lua:2: checkpoint: type has no 'iteration'"},
      {"kit:checkpoint { task = 't', state = print }", "flow.lua:2: checkpoint: state: cannot be written as JSON"},
      {"kit:checkpoint { task = 't', state = '\\255' }", "flow.lua:2: checkpoint: state: cannot be written as JSON"},
      {"kit:checkpoint { task = 't', lease = {} }", "flow.lua:2: checkpoint: lease: expected what kit:lease gave"},
      {"kit:checkpoint { tsak = 't' }", "flow.lua:2: checkpoint has no 'tsak'; did you mean 'task'?"},
      {"kit:checkpoints('t', 0)", "flow.lua:2: checkpoints: limit: 0 is not between 1 and"},
      {"kit:add { task = 't', max_retries = 1.5 }", "flow.lua:2: add: max_retries: 1.5 is no whole number"},
      {"kit:lease { seconds = 1 }", "flow.lua:2: lease: holder: expected a string, got nil"},
      {"kit:lease { holder = 'a', seconds = 0 }", "flow.lua:2: lease: seconds: 0 is not between"},
      {"kit:items('t', 'done')", "flow.lua:2: items: status has no 'done'"},
      {"kit:cached('k')", "flow.lua:2: cached: expected a function, got nil"},
      {"kit:cached('k', function() return print end)", "flow.lua:2: cached: what the function returned: cannot be"},
      {"kit:set_task('t', 'done')", "flow.lua:2: set_task: status has no 'done'"},
      {"thresher.recovery(7)", "flow.lua:2: recovery: path: expected a string, got number"},
      {"kit:tool {}", "flow.lua:2: tool: cmd: expected a list"},
  };
  for (const auto& [body, message] : mistakes) {
    INFO(body);
    CHECK_THAT(error_of(body), Contains(message));
  }
}

TEST_CASE("a kit is asked by users only, and only where there is one", "[unit][bindings][recovery]") {
  ScriptWorld loading;
  loading.scenario("local thresher = require 'thresher'\nthresher.recovery():last('t')");
  const auto started = loading.try_start();
  REQUIRE_FALSE(started);
  CHECK_THAT(to_text(started.error()), Contains("flow.lua:2: last: only a virtual user can do this"));

  ScriptWorld without;
  without.task("thresher.checkpoint { task = 't' }");
  without.start();
  without.iterate();
  CHECK_THAT(without.error(), Contains("flow.lua:2: checkpoint: this program offers no recovery kit"));
}
