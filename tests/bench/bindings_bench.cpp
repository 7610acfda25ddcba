// What a scenario costs beyond the network: an iteration that asks nothing, and reading a field of an answer.
//   build/release/bench_bindings
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <lua.hpp>

#include "bindings/json_reader.h"
#include "bindings/scenario_runner.h"
#include "event/virtual_world.h"

namespace {

using namespace thresher;

class Nowhere final : public engine::RunPort, public engine::RunnerEvents {
 public:
  void abort(std::string) override {}
  void mark_failed(std::string) override {}
  void say(std::string) override {}
  void record(std::string) override {}
  void iteration_ended(engine::UserNumber, const engine::IterationEnd&) override {}
  void user_retired(engine::UserNumber) override {}
};

/// One runner of one task with this body.
struct Bench {
  explicit Bench(const std::string& body) {
    const auto file = std::filesystem::temp_directory_path() / "thresher_bindings_bench.lua";
    std::ofstream(file) << "local thresher = require 'thresher' local check = thresher.check "
                           "thresher.scenario { name = 'x' }:task { 'a', function(user) "
                        << body << " end }";
    bindings::ScenarioOptions options;
    options.files = {file};
    plan.catalogue = bindings::read_catalogue(options)->scenarios;
    plan.scenarios = {{.scenario = 0, .tasks = {0}}};
    runner = *bindings::make_runner_factory(options)({.index = 0,
                                                      .workers = 1,
                                                      .plan = &plan,
                                                      .loop = loop.get(),
                                                      .recorder = recorder.get(),
                                                      .run = &nowhere,
                                                      .events = &nowhere});
  }

  profile::Plan plan;
  event::VirtualWorld world;
  std::unique_ptr<event::Loop> loop = world.make_loop();
  std::unique_ptr<metrics::Recorder> recorder = metrics::Recorder::create(0, {});
  Nowhere nowhere;
  std::unique_ptr<engine::IterationRunner> runner;
};

void iterations(benchmark::State& state, const std::string& body) {
  Bench bench(body);
  bench.runner->add_user(0, 0);
  std::uint64_t number = 0;
  for (auto _ : state) bench.runner->begin(0, {.number = number++, .due = {}, .started = {}});
}

void add_users(benchmark::State& state) {
  Bench bench("");
  engine::UserNumber user = 0;
  for (auto _ : state) {
    bench.runner->add_user(user, 0);
    bench.runner->begin(user++, {});
  }
}

void read_field(benchmark::State& state, const std::string& path) {
  const std::string text = R"({"id":"a1","padding":")" + std::string(1850, 'y') +
                           R"(","result":{"code":7,"status":"completed"},"tail":[1,2,3]})" +
                           std::string(bindings::JsonReader::kPadding, '\0');
  const std::string_view document(text.data(), text.size() - bindings::JsonReader::kPadding);
  bindings::JsonReader reader;
  lua_State* lua = luaL_newstate();
  for (auto _ : state) {
    benchmark::DoNotOptimize(reader.push(lua, document, path, 0));
    lua_settop(lua, 0);
  }
  lua_close(lua);
}

BENCHMARK_CAPTURE(iterations, empty, "");
BENCHMARK_CAPTURE(iterations, check, "check(user, { ['is there'] = true })");
BENCHMARK_CAPTURE(iterations, random, "local x = math.random(100)");
BENCHMARK(add_users)->Iterations(100'000);
BENCHMARK_CAPTURE(read_field, path_in_2_kb, "result.status");
BENCHMARK_CAPTURE(read_field, whole_2_kb, "");

}  // namespace

BENCHMARK_MAIN();
