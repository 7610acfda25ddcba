// What judging costs: a million task results through the validator's class, and the memory that is left afterwards.
//
//   build/release/bench_validators                               the benchmark
//   build/release/bench_validators --write FILE TASKS            a history of so many task results, for thresher
//   validate
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "farm/farm.h"
#include "oracle/oracle.h"

namespace {

constexpr int kWorkflows = 5, kTasks = 6, kAgents = 10;
constexpr std::int64_t kSecond = 1'000'000'000, kEpoch = 1'800'000'000;

/// Writes a history event by event, in the shape and detail that the stand-in platform's answers have: every task with
/// its attempts, effects and times in RFC 3339. Scenarios overlap: each lasts 4 seconds, one begins every half second.
class Writer {
 public:
  template <class Take>
  void write(std::int64_t scenarios, Take&& take) {
    take(R"({"t":0,"event":"run","run":"bench","seed":7,"command":"bench_validators"})");
    take(fleet());
    constexpr std::int64_t kOverlap = 8;
    for (std::int64_t i = 0; i < scenarios + kOverlap; ++i) {
      const std::int64_t t = i * kSecond / 2;
      if (i >= kOverlap) take(result(i - kOverlap, t));
      if (i >= scenarios) continue;
      take(submission(i, t));
      take(fmt::format(R"({{"t":{},"event":"accepted","item":"s{}","id":"p{}"}})", t, i, i));
    }
    take(fmt::format(R"({{"t":{},"event":"run_end","interrupted":false}})", (scenarios + kOverlap) * kSecond));
  }

 private:
  static std::string time(std::int64_t scenario, int ms) {
    const std::int64_t total_ms = scenario * 500 + ms;
    const std::int64_t seconds = kEpoch % 86400 + total_ms / 1000;
    return fmt::format("2027-01-{:02}T{:02}:{:02}:{:02}.{:03}000Z", 15 + seconds / 86400, seconds / 3600 % 24,
                       seconds / 60 % 60, seconds % 60, total_ms % 1000);
  }

  static std::string fleet() {
    std::string agents;
    for (int i = 0; i < kAgents; ++i)
      agents += fmt::format(R"({}{{"agent_id":"agent-work-{:08x}","type":"worker","tools":["code_execute"],)"
                            R"("policy":{{"max_concurrent_tasks":100,"requires_approval":[]}}}})",
                            i > 0 ? "," : "", i);
    return R"({"t":0,"event":"fleet","fleet":{"agents":[)" + agents + "]}}";
  }

  static std::string submission(std::int64_t scenario, std::int64_t t) {
    std::string workflows;
    for (int w = 0; w < kWorkflows; ++w) {
      std::string tasks;
      for (int i = 0; i < kTasks; ++i)
        tasks += fmt::format(R"({}{{"task_id":"task-{:x}{}{}","type":"compute","depends_on":[{}],"retryable":true,)"
                             R"("max_retries":3,"idempotent":false,"assigned_agent_id":"agent-work-{:08x}"}})",
                             i > 0 ? "," : "", scenario, w, i,
                             i > 0 ? fmt::format(R"("task-{:x}{}{}")", scenario, w, i - 1) : "", (w + i) % kAgents);
      workflows += fmt::format(R"({}{{"workflow_id":"wf-linear-{}-{}","type":"linear","tasks":[{}]}})",
                               w > 0 ? "," : "", scenario, w, tasks);
    }
    return fmt::format(R"({{"t":{},"event":"scenario","scenario":"s{}","document":{{"seed":7,"workflows":[{}]}}}})", t,
                       scenario, workflows);
  }

  static std::string task(std::int64_t scenario, int w, int i) {
    const std::string begin = time(scenario, 10 + 600 * i), end = time(scenario, 10 + 600 * (i + 1));
    const std::string agent = fmt::format("agent-work-{:08x}", (w + i) % kAgents);
    return fmt::format(
        R"({{"task_id":"task-{:x}{}{}","status":"completed","started_at":"{}","completed_at":"{}","duration_ms":600.0,)"
        R"("assigned_agent_id":"{}","chaos_occurred":false,"chaos_type":null,"error_message":null,"retry_count":0,)"
        R"("attempts":[{{"attempt":1,"agent_id":"{}","started_at":"{}","completed_at":"{}","status":"completed"}}],)"
        R"("effects":[{{"key":"p{}/wf-linear-{}-{}/task-{}","at":"{}"}}]}})",
        scenario, w, i, begin, end, agent, agent, begin, end, scenario, scenario, w, i, end);
  }

  static std::string result(std::int64_t scenario, std::int64_t t) {
    std::string workflows;
    for (int w = 0; w < kWorkflows; ++w) {
      std::string tasks;
      for (int i = 0; i < kTasks; ++i) tasks += (i > 0 ? "," : "") + task(scenario, w, i);
      workflows +=
          fmt::format(R"({}{{"workflow_id":"wf-linear-{}-{}","status":"completed","started_at":"{}",)"
                      R"("completed_at":"{}","task_results":[{}],"compensations":[],"checkpoints":[]}})",
                      w > 0 ? "," : "", scenario, w, time(scenario, 10), time(scenario, 10 + 600 * kTasks), tasks);
    }
    return fmt::format(
        R"({{"t":{},"event":"result","item":"s{}","answer":{{"scenario_id":"p{}","status":"completed","started_at":"{}",)"
        R"("completed_at":"{}","workflows_completed":{},"workflows_failed":0,"total_tasks":{},"tasks_completed":{},)"
        R"("completion_rate":1.0,"fault_rule":"hash","workflow_results":[{}]}}}})",
        t, scenario, scenario, time(scenario, 10), time(scenario, 10 + 600 * kTasks), kWorkflows, kWorkflows * kTasks,
        kWorkflows * kTasks, workflows);
  }
};

std::int64_t scenarios_for(std::int64_t tasks) { return (tasks + kWorkflows * kTasks - 1) / (kWorkflows * kTasks); }

struct Counting : farm::Desk {
  void violation(const thresher::Violation& told) override {
    if (violations++ == 0) fmt::print(stderr, "{}: {}\n{}\n", told.check, told.subject, told.witness);
  }
  void finding(const thresher::Finding&) override {}
  void document(std::string_view, std::string_view) override {}
  std::uint64_t violations = 0;
};

/// Lines are made beforehand; state.range(0) task results are judged per iteration.
template <class Make>
void judge(benchmark::State& state, Make&& make) {
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  Writer().write(scenarios_for(state.range(0)), [&](std::string line) {
    bytes += line.size();
    lines.push_back(std::move(line));
  });
  for (auto _ : state) {
    auto desk = std::make_unique<Counting>();
    Counting& counted = *desk;
    const auto validator = make(std::move(desk));
    for (const std::string& line : lines) validator->observe(line);
    validator->finish();
    if (counted.violations > 0) state.SkipWithError("a healthy history was found wrong");
  }
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
  state.counters["tasks/s"] =
      benchmark::Counter(static_cast<double>(state.range(0)), benchmark::Counter::kIsIterationInvariantRate);
}

void BM_Oracle(benchmark::State& state) {
  judge(state, [](std::unique_ptr<Counting> desk) {
    return std::make_unique<oracle::Oracle>(oracle::Settings{}, 1, std::move(desk));
  });
}
void BM_Farm(benchmark::State& state) {
  judge(state, [](std::unique_ptr<Counting> desk) { return std::make_unique<farm::Farm>(std::move(desk)); });
}
void BM_Read(benchmark::State& state) {
  struct ReadOnly {
    std::unique_ptr<Counting> desk;
    history::Reader reader = {};
    void observe(std::string_view line) { benchmark::DoNotOptimize(reader.read(line).t); }
    void finish() {}
  };
  judge(state, [](std::unique_ptr<Counting> desk) {
    auto reading = std::make_unique<ReadOnly>();
    reading->desk = std::move(desk);
    return reading;
  });
}
BENCHMARK(BM_Read)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Oracle)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Farm)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

int write(const char* path, std::int64_t tasks) {
  std::FILE* const file = std::fopen(path, "w");
  if (file == nullptr) return std::perror(path), 1;
  Writer().write(scenarios_for(tasks), [&](const std::string& line) { fmt::print(file, "{}\n", line); });
  return std::fclose(file) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--write") return write(argv[2], std::atoll(argv[3]));
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
