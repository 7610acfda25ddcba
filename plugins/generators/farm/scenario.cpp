#include "scenario.h"

#include <algorithm>
#include <bit>

namespace farm {
namespace {

constexpr std::uint32_t kBatchSeedOffset = 1000;
constexpr double kHeavyChaos = 0.5;

/// What all workflows of a scenario come to.
struct Outcome {
  std::size_t succeeded = 0, fired = 0, recovered = 0, tasks_completed = 0;

  explicit Outcome(const std::vector<Prognosis>& prognoses) {
    for (const Prognosis& prognosis : prognoses) {
      succeeded += prognosis.failed == 0 ? 1 : 0;
      fired += prognosis.fired.size();
      recovered += prognosis.recovered();
      tasks_completed += static_cast<std::size_t>(std::popcount(prognosis.completed));
    }
  }
};

/// The public floor, which is a guess, or what can be reached if that is less: a platform that does everything right
/// must pass.
double completion_floor(double chaos_rate, const Outcome& outcome, std::size_t workflows) {
  const double floor = chaos_rate < kHeavyChaos ? 0.85 : 0.7;
  return std::min(floor, static_cast<double>(outcome.succeeded) / static_cast<double>(workflows));
}

void write_assignments(const Scenario& scenario, JsonWriter& json) {
  json.begin_object("agent_assignments");
  for (const Workflow& workflow : scenario.batch().workflows) {
    json.begin_object(workflow.id);
    for (const Task& task : workflow.tasks) json.member(task.id, task.agent_id);
    json.end_object();
  }
  json.end_object();
}

void write_summary(const Scenario& scenario, JsonWriter& json) {
  json.begin_object("summary");
  json.member("total_agents", scenario.fleet().agents.size());
  json.member("total_workflows", scenario.batch().workflows.size());
  json.member("total_tasks", scenario.batch().tasks());
  json.member("chaos_events_expected", scenario.batch().chaos_events());
  json.member("chaos_rate", scenario.request().chaos_rate);
  json.end_object();
}

void write_staffing(const Scenario& scenario, JsonWriter& json) {
  const std::size_t planners = scenario.fleet().ids_of(AgentType::planner).size();
  const std::size_t workers = scenario.fleet().ids_of(AgentType::worker).size();
  json.member("all_workflows_assigned", true);
  json.member("planner_count", planners);
  json.member("worker_count", workers);
  json.member("can_execute_all", planners > 0 && workers > 0);
}

void write_public_truth(const Scenario& scenario, ScenarioForm form, JsonWriter& json) {
  json.begin_object("__expected__");
  write_staffing(scenario, json);
  json.member("chaos_recovery_possible", scenario.request().chaos_rate < kHeavyChaos);
  if (form == ScenarioForm::pushed) {
    json.member("total_tasks", scenario.batch().tasks());
    json.member("chaos_events_expected", scenario.batch().chaos_events());
    json.member("expected_completion_rate", scenario.request().chaos_rate < kHeavyChaos ? 0.85 : 0.7);
  }
  json.end_object();
}

void write_truth(const Scenario& scenario, const std::vector<Prognosis>& prognoses, JsonWriter& json) {
  const Outcome outcome(prognoses);
  const std::size_t workflows = scenario.batch().workflows.size();
  json.begin_object("__expected__");
  write_staffing(scenario, json);
  json.member("total_tasks", scenario.batch().tasks());
  json.member("chaos_events_expected", scenario.batch().chaos_events());
  json.member("expected_completion_rate", completion_floor(scenario.request().chaos_rate, outcome, workflows));
  json.member("expected_workflows_completed", outcome.succeeded);
  json.member("expected_workflows_failed", workflows - outcome.succeeded);
  json.member("expected_tasks_completed", outcome.tasks_completed);
  json.member("expected_faults_fired", outcome.fired);
  json.member("expected_faults_recovered", outcome.recovered);
  json.member("chaos_recovery_possible", 2 * outcome.recovered >= outcome.fired);
  json.begin_object("expected_statuses");
  for (std::size_t i = 0; i < workflows; ++i)
    json.member(scenario.batch().workflows[i].id, name_of(prognoses[i].ending));
  json.end_object();
  json.end_object();
}

void write_body(const Scenario& scenario, ScenarioForm form, const std::vector<Prognosis>& prognoses,
                const WorkflowStyle& style, JsonWriter& json) {
  if (form == ScenarioForm::shown) {
    json.key("agents");
    write_fleet(scenario.fleet(), style.dialect, style.now, json);
    json.key("workflows");
    write_batch(scenario.batch(), prognoses, style, json);
    return;
  }
  json.begin_object("agents");
  write_agents(scenario.fleet(), style.dialect, style.now, json);
  json.end_object();
  write_workflows(scenario.batch(), prognoses, style, json);
}

}  // namespace

Scenario::Scenario(const ScenarioRequest& request, Seeded& seeded)
    : request_(request),
      fleet_(draw_fleet(request.seed, request.scale, request.dialect, seeded)),
      batch_(draw_batch(request.seed + kBatchSeedOffset, request.workflow_count, request.chaos_rate, request.dialect,
                        seeded)) {
  for (Workflow& workflow : batch_.workflows) workflow.fault_seed = request.seed;
  assign(seeded);
}

void Scenario::assign(Seeded& seeded) {
  PythonRandom random = seeded.at(request_.seed);
  const auto planners = fleet_.ids_of(AgentType::planner);
  const auto workers = fleet_.ids_of(AgentType::worker);
  for (Workflow& workflow : batch_.workflows)
    for (Task& task : workflow.tasks)
      task.agent_id = random.choice(agent_for(task.type) == AgentType::planner ? planners : workers);
}

void write_scenario(const Scenario& scenario, ScenarioForm form, std::int64_t now, JsonWriter& json) {
  const Dialect dialect = scenario.request().dialect;
  const bool ours = dialect == Dialect::ours;
  const auto expected = prognoses(scenario.batch());
  json.begin_object();
  std::string id = "stress-";
  scenario.request().seed.append_to(id);
  json.member("scenario_id", id.append("-").append(name_of(scenario.request().scale)));
  json.member("seed", scenario.request().seed);
  if (ours) json.member("fault_seed", scenario.request().seed);
  json.member("scale", name_of(scenario.request().scale));
  write_moment("generated_at", now, dialect, json);
  write_body(scenario, form, expected, {dialect, now, {}, ours || form == ScenarioForm::pushed}, json);
  if (ours) write_assignments(scenario, json);
  write_summary(scenario, json);
  if (ours) {
    json.begin_object("metadata");
    json.member("generator", "farm");
    json.member("dialect", "default");
    json.member("fault_rule", "hash");
    json.end_object();
    write_truth(scenario, expected, json);
  } else {
    write_public_truth(scenario, form, json);
  }
  json.end_object();
}

}  // namespace farm
