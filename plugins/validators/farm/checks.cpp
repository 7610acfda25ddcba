#include "farm/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace farm {
namespace {

constexpr double kRecovered = 0.8, kCompleted = 0.9, kPossible = 0.5;

FarmCheck at_least(std::string name, double expected, std::optional<double> actual) {
  FarmCheck check{std::move(name), expected, nullptr, false, {}};
  if (!actual) {
    check.note = "NO_DATA: nothing was observed";
    return check;
  }
  check.actual = *actual;
  check.passed = *actual >= expected;
  return check;
}

FarmCheck count_at_least(std::string name, std::int64_t expected, std::int64_t actual) {
  return {std::move(name), expected, actual, actual >= expected, {}};
}

FarmCheck equal(std::string name, bool expected, bool actual) {
  return {std::move(name), expected, actual, expected == actual, {}};
}

/// A member that is a number, or nothing.
std::optional<double> number(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return {};
  return found->get<double>();
}
std::optional<bool> boolean(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_boolean()) return {};
  return found->get<bool>();
}

/// The part of the results in `actual` whose status is completed.
std::optional<double> completion_of_parts(const Json& actual) {
  const auto results = actual.find("workflow_results");
  if (results == actual.end() || !results->is_array() || results->empty()) return {};
  const auto completed = std::count_if(results->begin(), results->end(), [](const Json& each) {
    return each.is_object() && each.value("status", "") == "completed";
  });
  return static_cast<double>(completed) / static_cast<double>(results->size());
}

FarmCheck completion(double promised, const Json& actual) {
  if (const auto parts = completion_of_parts(actual)) return at_least("completion_rate", promised, parts);
  FarmCheck check = at_least("completion_rate", promised, number(actual, "completion_rate"));
  if (!check.actual.is_null()) check.note = "vacuous: the platform's own rate, without the results that would show it";
  return check;
}

std::int64_t count_of_type(const Json& actual, const char* type) {
  const auto agents = actual.find("agents");
  if (agents == actual.end() || !agents->is_array()) return 0;
  return std::count_if(agents->begin(), agents->end(),
                       [type](const Json& agent) { return agent.is_object() && agent.value("type", "") == type; });
}

}  // namespace

Json FarmCheck::to_json() const {
  Json json{{"name", name}, {"expected", expected}, {"actual", actual}, {"passed", passed}};
  if (!note.empty()) json["note"] = note;
  return json;
}

std::vector<FarmCheck> farm_checks(const Figures& figures, const Staffing& staffing) {
  std::vector<FarmCheck> checks;
  const auto if_any = [](double value, std::int64_t count) { return count > 0 ? std::optional(value) : std::nullopt; };
  const double promised =
      figures.workflows > 0 ? figures.completions_promised / static_cast<double>(figures.workflows) : 0.95;
  checks.push_back(
      at_least("completion_rate", std::min(1.0, promised), if_any(figures.completion_rate(), figures.workflows)));
  const std::int64_t recoverable = figures.knows_recoveries ? figures.promised_recoveries : figures.injected;
  if (recoverable > 0)
    checks.push_back(at_least("chaos_recovery", kRecovered * static_cast<double>(recoverable),
                              if_any(static_cast<double>(figures.faults_recovered), figures.workflows)));
  checks.push_back(at_least("task_completion", kCompleted * static_cast<double>(figures.promised_tasks),
                            if_any(static_cast<double>(figures.tasks_completed), figures.tasks)));
  for (FarmCheck& check : checks)
    if (figures.vacuous > 0 && !check.actual.is_null())
      check.note = fmt::format("vacuous: {} of {} answers had nothing but the platform's own counters", figures.vacuous,
                               figures.items);
  const history::Expectations& expected = staffing.expected;
  if (figures.workflows > 0) {
    checks.push_back(
        equal("all_workflows_assigned", expected.all_workflows_assigned.value_or(true), figures.unassigned == 0));
    if (expected.chaos_recovery_possible.value_or(false) && figures.faults > 0)
      checks.push_back(at_least("chaos_recovery_possible", kPossible, std::optional(figures.recovery_rate())));
    checks.push_back(equal("can_execute_all", expected.can_execute_all.value_or(true), figures.unmentioned == 0));
  }
  if (expected.planner_count)
    checks.push_back(count_at_least("planner_count", *expected.planner_count, staffing.planners));
  if (expected.worker_count) checks.push_back(count_at_least("worker_count", *expected.worker_count, staffing.workers));
  return checks;
}

std::vector<FarmCheck> compare(const Json& given, const Json& actual) {
  const Json& expected = given.contains("__expected__") ? given["__expected__"] : given;
  std::vector<FarmCheck> checks;
  if (const auto promised = number(expected, "expected_completion_rate"))
    checks.push_back(completion(*promised, actual));
  const auto recoverable = number(expected, "expected_faults_recovered");
  if (const auto faults = recoverable ? recoverable : number(expected, "chaos_events_expected"); faults && *faults > 0)
    checks.push_back(at_least("chaos_recovery", kRecovered * *faults, number(actual, "chaos_events_recovered")));
  const auto completable = number(expected, "expected_tasks_completed");
  if (const auto tasks = completable ? completable : number(expected, "total_tasks"))
    checks.push_back(at_least("task_completion", kCompleted * *tasks, number(actual, "tasks_completed")));
  for (const char* name : {"all_workflows_assigned", "can_execute_all"}) {
    const auto wanted = boolean(expected, name);
    if (!wanted) continue;
    const auto seen = boolean(actual, name);
    checks.push_back(seen ? equal(name, *wanted, *seen)
                          : FarmCheck{name, *wanted, nullptr, false, "NO_DATA: the result does not say"});
  }
  if (boolean(expected, "chaos_recovery_possible").value_or(false) &&
      number(actual, "chaos_events_total").value_or(1) > 0)
    checks.push_back(at_least("chaos_recovery_possible", kPossible, number(actual, "chaos_recovery_rate")));
  for (const auto& [name, type] : {std::pair{"planner_count", "planner"}, std::pair{"worker_count", "worker"}}) {
    const auto wanted = number(expected, name);
    if (!wanted) continue;
    std::optional<double> seen = number(actual, name);
    if (!seen && actual.contains("agents")) seen = static_cast<double>(count_of_type(actual, type));
    checks.push_back(at_least(name, *wanted, seen));
  }
  return checks;
}

}  // namespace farm
