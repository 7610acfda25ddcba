// What the farm generator makes on one core: agents and workflows as JSON, and what they are made of.
//   build/release/bench_generators
// The promise is 100,000 agents or 50,000 workflows of six tasks a second (items_per_second).
#include <benchmark/benchmark.h>

#include <string>

#include "batch.h"
#include "fleet.h"
#include "md5.h"
#include "scenario.h"
#include "workflow.h"

namespace {

using namespace farm;

constexpr std::int64_t kNow = 1767225600;
constexpr double kChaosRate = 0.2;
/// Seeds so far apart that no generator is seeded for two documents.
constexpr std::uint32_t kStride = 1000;

/// Keeps a growing seed, and the buffer that documents are written to.
struct Bench {
  Seeded seeded;
  Seed seed{12345};
  std::string out;

  JsonWriter fresh(std::uint32_t step) {
    seed = seed + step;
    out.clear();
    return JsonWriter(out);
  }
};

void fleet_of_100(benchmark::State& state) {
  const auto dialect = static_cast<Dialect>(state.range(0));
  Bench bench;
  for (auto _ : state) {
    JsonWriter json = bench.fresh(kStride);
    write_fleet(draw_fleet(bench.seed, Scale::large, dialect, bench.seeded), dialect, kNow, json);
    benchmark::DoNotOptimize(bench.out.data());
  }
  state.SetItemsProcessed(state.iterations() * 100);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bench.out.size()));
}
BENCHMARK(fleet_of_100)->ArgName("compat")->Arg(0)->Arg(1);

void six_tasks(benchmark::State& state) {
  const auto dialect = static_cast<Dialect>(state.range(0));
  const auto type = static_cast<WorkflowType>(state.range(1));
  const auto step = static_cast<std::uint32_t>(state.range(2));
  Bench bench;
  Workflow workflow;
  for (auto _ : state) {
    JsonWriter json = bench.fresh(step);
    draw_workflow({bench.seed, type, std::uint8_t{6}, kChaosRate, dialect}, bench.seeded, workflow);
    const Prognosis expected = dialect == Dialect::ours ? prognosis(workflow) : Prognosis{};
    write_workflow(workflow, &expected, {dialect, kNow, {}, dialect == Dialect::ours}, json);
    benchmark::DoNotOptimize(bench.out.data());
  }
  state.SetLabel(std::string(name_of(type)));
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bench.out.size()));
}
BENCHMARK(six_tasks)
    ->ArgNames({"compat", "type", "seed_step"})
    ->ArgsProduct({{0}, {0, 1, 2, 3, 4, 5}, {kStride}})
    ->Args({1, 0, kStride})
    ->Args({0, 0, 1});  // a stream: neighbouring seeds share generators

void seed_one(benchmark::State& state) {
  Seed seed(1);
  for (auto _ : state) {
    PythonRandom random(seed = seed + 1);
    benchmark::DoNotOptimize(random.bits(32));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(seed_one);

void seed_abreast(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<PythonRandom> randoms(count);
  std::vector<PythonRandom*> out;
  for (PythonRandom& random : randoms) out.push_back(&random);
  std::vector<Seed> seeds(count);
  std::uint32_t next = 0;
  for (auto _ : state) {
    for (Seed& seed : seeds) seed = Seed(++next);
    PythonRandom::seed_all(seeds, out);
    benchmark::DoNotOptimize(randoms[0].bits(32));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(seed_abreast)->Arg(2)->Arg(4)->Arg(6)->Arg(8);

void md5_of_an_id(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_md5("12345-wf-linear-12345-task-3", 6, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(md5_of_an_id);

}  // namespace

BENCHMARK_MAIN();
