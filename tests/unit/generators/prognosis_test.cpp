#include "prognosis.h"

#include <catch2/catch.hpp>

using namespace farm;

namespace {

/// A chain of tasks; `chaos` puts a fault that always fires, or never does, on one of them.
Workflow chain(std::initializer_list<TaskType> types) {
  Workflow workflow;
  workflow.id = "wf-test";
  for (const TaskType type : types) {
    Task task;
    task.index = static_cast<std::uint8_t>(workflow.tasks.size());
    task.id = "task-" + std::to_string(task.index);
    task.type = type;
    if (task.index > 0) task.depends_on(static_cast<std::uint8_t>(task.index - 1));
    workflow.tasks.push_back(task);
  }
  return workflow;
}

constexpr double kAlways = 1.0;

}  // namespace

TEST_CASE("a fault that never stops uses up the retries, and blocks what comes after", "[generators]") {
  Workflow workflow = chain({TaskType::io_read, TaskType::api_call, TaskType::compute});
  workflow.tasks[1].chaos = Chaos{ChaosType::rate_limit, kAlways};
  const Prognosis made = prognosis(workflow);
  CHECK(made.ending == Ending::failed);
  CHECK(made.attempts[1] == 4);
  CHECK(made.fired.at(0).attempts == std::vector<std::uint8_t>{1, 2, 3, 4});
  CHECK_FALSE(made.fired.at(0).recovered);
  CHECK(made.completed == only(0));
  CHECK(made.failed == only(1));
  CHECK(made.blocked == only(2));
  CHECK(made.attempts[2] == 0);
}

TEST_CASE("a fault that is dealt with in place costs no attempt", "[generators]") {
  Workflow workflow = chain({TaskType::decision, TaskType::checkpoint});
  workflow.tasks[0].chaos = Chaos{ChaosType::agent_conflict, kAlways};
  workflow.tasks[1].chaos = Chaos{ChaosType::checkpoint_crash, kAlways};
  const Prognosis made = prognosis(workflow);
  CHECK(made.ending == Ending::success_with_retries);
  CHECK(made.attempts[0] == 1);
  CHECK(made.attempts[1] == 1);
  CHECK(made.recovered() == 2);
}

TEST_CASE("a fatal fault ends a task at its first attempt, and makes a saga roll back", "[generators]") {
  Workflow workflow = chain({TaskType::api_call, TaskType::api_call});
  workflow.tasks[1].chaos = Chaos{ChaosType::tool_failure, kAlways};
  CHECK(prognosis(workflow).ending == Ending::failed);
  workflow.type = WorkflowType::saga;
  const Prognosis made = prognosis(workflow);
  CHECK(made.ending == Ending::compensated);
  CHECK(made.attempts[1] == 1);
  CHECK(possible_endings(workflow) == std::vector<Ending>{Ending::success, Ending::compensated});
}

TEST_CASE("a loop runs its body again until its bound, counting attempts on", "[generators]") {
  Workflow workflow =
      chain({TaskType::io_read, TaskType::io_read, TaskType::compute, TaskType::decision, TaskType::notification});
  workflow.type = WorkflowType::cyclic;
  workflow.loop = Loop{.from = 3, .to = 1, .max_iterations = 3};
  workflow.tasks[2].chaos = Chaos{ChaosType::tool_failure, kAlways};
  const Prognosis made = prognosis(workflow);
  CHECK(made.ending == Ending::failed);
  CHECK(made.iterations == 3);
  CHECK(made.attempts[0] == 1);
  CHECK(made.attempts[1] == 3);
  CHECK(made.attempts[2] == 3);
  CHECK(made.attempts[3] == 0);
  CHECK(made.fired.at(0).attempts == std::vector<std::uint8_t>{1, 2, 3});
  CHECK(made.completed == (only(0) | only(1)));
  CHECK(made.failed == only(2));
  CHECK(made.blocked == (only(3) | only(4)));
}

TEST_CASE("a loop that cannot begin is blocked whole", "[generators]") {
  Workflow workflow = chain({TaskType::compute, TaskType::compute, TaskType::decision});
  workflow.loop = Loop{.from = 2, .to = 1, .max_iterations = 3};
  workflow.tasks[0].chaos = Chaos{ChaosType::tool_failure, kAlways};
  const Prognosis made = prognosis(workflow);
  CHECK(made.iterations == 0);
  CHECK(made.blocked == (only(1) | only(2)));
}
