#include "result_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "catalogue.h"
#include "json_writer.h"
#include "opinion.h"

namespace aoa {
namespace {

constexpr std::array<std::string_view, 9> kTaskWords{"pending", "pending", "running", "running",    "completed",
                                                     "failed",  "timeout", "skipped", "compensated"};
constexpr std::array<std::string_view, 5> kWorkflowWords{"queued", "running", "running", "completed", "failed"};
constexpr std::array<std::string_view, 4> kAttemptWords{"running", "completed", "failed", "timeout"};

template <class Words, class State>
std::string_view word(const Words& words, State state) {
  return words[static_cast<std::size_t>(state)];
}

double milliseconds(Time time) { return static_cast<double>(time.count()) / 1e3; }

/// One answer as it is written.
class Page {
 public:
  Page(const Conduct& conduct, const AgentPool& agents, const WallTime& wall, const Item& item)
      : conduct_(conduct),
        agents_(agents),
        wall_(wall),
        item_(item),
        ended_(item.has_ended() && conduct.misbehave != Misbehaviour::never_ends),
        turned_(conduct.bugs.terminal_changes && item.reads_after_end > 0 && item.reads_after_end % 2 == 0) {
    text_.reserve(1024 + 700 * item.tasks);
  }

  std::string scenario() {
    const Tally sum = told();
    json_.begin_object().member("scenario_id", item_.id).member("status", status(sum));
    times(item_.submitted, ended_ ? std::optional(item_.ended) : std::nullopt, "total_duration_ms");
    totals(sum);
    json_.member("throughput_wf_per_sec", throughput(sum)).member("completion_rate", completion(sum));
    json_.member("chaos_recovery_rate", sum.recovery_rate()).member("fault_rule", "hash");
    json_.begin_array("workflow_results");
    for (const auto& run : item_.runs) {
      json_.begin_object();
      workflow_members(*run, run == item_.runs.front());
      json_.end_object();
    }
    json_.end_array();
    write_opinion(form_opinion(item_, tally(item_), ended_), json_);
    json_.end_object();
    return std::move(text_);
  }

  std::string workflow() {
    json_.begin_object().member("execution_id", item_.id).member("fault_rule", "hash");
    workflow_members(*item_.runs.front(), true);
    totals(told());
    json_.end_object();
    return std::move(text_);
  }

 private:
  /// The sums as they are told, which with bugs are not what they are.
  Tally told() const {
    Tally sum = tally(item_);
    if (conduct_.bugs.claim_all_recovered) sum.faults_recovered = sum.faults;
    if (conduct_.bugs.miscount) {
      ++sum.tasks_completed;
      sum.workflows_completed += item_.scenario;
    }
    return sum;
  }

  std::string_view status(const Tally& sum) const {
    if (!ended_) return "running";
    if (turned_) return sum.workflows_failed == 0 ? "failed" : "completed";
    if (sum.workflows_failed == 0) return "completed";
    return sum.workflows_failed == item_.runs.size() ? "failed" : "completed_with_failures";
  }

  double completion(const Tally& sum) const { return std::min(1.0, sum.completion_rate(item_.runs.size())); }

  double throughput(const Tally& sum) const {
    const double seconds = ended_ ? milliseconds(item_.ended - item_.submitted) / 1e3 : 0;
    return seconds > 0 ? static_cast<double>(sum.workflows_completed + sum.workflows_failed) / seconds : 0;
  }

  void totals(const Tally& sum) {
    if (item_.scenario)
      json_.member("workflows_completed", sum.workflows_completed).member("workflows_failed", sum.workflows_failed);
    json_.member("total_tasks", sum.tasks).member("tasks_completed", sum.tasks_completed);
    json_.member("tasks_failed", sum.tasks_failed).member("chaos_events_total", sum.faults);
    json_.member("chaos_events_recovered", sum.faults_recovered).member("total_cost_usd", sum.cost_usd);
  }

  void instant(std::string_view key, std::optional<Time> at) {
    if (at)
      json_.member(key, wall_.text(*at));
    else
      json_.null(key);
  }

  void times(std::optional<Time> begin, std::optional<Time> end, std::string_view duration) {
    instant("started_at", begin);
    instant("completed_at", end);
    if (begin && end)
      json_.member(duration, milliseconds(*end - *begin));
    else
      json_.null(duration);
  }

  void workflow_members(const WorkflowRun& run, bool first) {
    const bool turned = turned_ && first && run.ended_already();
    const bool failed = (run.state == WorkflowState::failed) != turned;
    json_.member("workflow_id", run.spec.id);
    json_.member("status", turned ? (failed ? "failed" : "completed") : word(kWorkflowWords, run.state));
    const bool begun = run.state != WorkflowState::queued;
    times(begun ? std::optional(run.started) : std::nullopt,
          run.ended_already() ? std::optional(run.ended) : std::nullopt, "duration_ms");
    json_.begin_array("task_results");
    for (std::size_t i = 0; i < run.tasks.size(); ++i) task(run.spec.tasks[i], run.tasks[i], run);
    json_.end_array();
    compensations(run);
    json_.begin_array("checkpoints");
    for (const Checkpoint& written : run.checkpoints) {
      json_.begin_object().member("task_id", run.spec.tasks[written.task].id);
      json_.member("sequence", std::uint64_t{written.sequence}).member("at", wall_.text(written.at)).end_object();
    }
    json_.end_array();
  }

  void compensations(const WorkflowRun& run) {
    json_.begin_array("compensations");
    for (const Compensation& undone : run.compensations) {
      const TaskSpec& spec = run.spec.tasks[undone.task];
      json_.begin_object().member("task_id", spec.id);
      json_.member("handler", spec.compensation.empty() ? "compensate_" + spec.id : spec.compensation);
      instant("started_at", undone.started);
      instant("completed_at", undone.done ? std::optional(undone.ended) : std::nullopt);
      json_.member("status", undone.done ? "completed" : "running").end_object();
    }
    json_.end_array();
  }

  void task(const TaskSpec& spec, const TaskRun& run, const WorkflowRun& workflow) {
    const bool over = run.state >= TaskState::completed && !run.attempts.empty();
    json_.begin_object().member("task_id", spec.id).member("status", word(kTaskWords, run.state));
    times(run.first_started, over ? std::optional(run.attempts.back().ended) : std::nullopt, "duration_ms");
    if (!run.attempts.empty())
      json_.member("assigned_agent_id", agents_.agent(run.attempts.back().agent).id);
    else if (!spec.assigned_agent.empty())
      json_.member("assigned_agent_id", spec.assigned_agent);
    else
      json_.null("assigned_agent_id");
    json_.member("chaos_occurred", run.fault.has_value());
    if (run.fault)
      json_.member("chaos_type", shape_of(*run.fault).name);
    else
      json_.null("chaos_type");
    if (run.error.empty())
      json_.null("error_message");
    else
      json_.member("error_message", run.error);
    json_.member("retry_count", std::uint64_t{run.attempts_made > 0 ? run.attempts_made - 1 : 0});
    json_.begin_array("attempts");
    for (const Attempt& each : run.attempts) attempt(each, spec.loop >= 0);
    json_.end_array();
    if (run.approved_at)
      json_.member("approved_at", wall_.text(*run.approved_at)).member("approved_by", run.approved_by);
    recovery(spec, run);
    effects(spec, run, workflow);
    json_.end_object();
  }

  void attempt(const Attempt& attempt, bool in_loop) {
    const bool running = attempt.status == AttemptStatus::running;
    json_.begin_object().member("attempt", std::uint64_t{attempt.number});
    if (in_loop) json_.member("iteration", std::uint64_t{attempt.iteration});
    json_.member("agent_id", agents_.agent(attempt.agent).id);
    instant("started_at", attempt.started);
    instant("completed_at", running ? std::nullopt : std::optional(attempt.ended));
    json_.member("status", word(kAttemptWords, attempt.status));
    if (attempt.fault) json_.member("fault", shape_of(*attempt.fault).name);
    json_.end_object();
  }

  void recovery(const TaskSpec& spec, const TaskRun& run) {
    std::optional<Recovered> told = run.recovered;
    const bool failed = run.state == TaskState::failed || run.state == TaskState::timed_out;
    if (conduct_.bugs.claim_all_recovered && run.fault && failed && !told)
      told = Recovered{spec.fault->recovery, "recovered", run.attempts.back().ended};
    if (!told) return;
    json_.begin_object("recovery").member("action", shape_of(told->action).name);
    json_.member("effect", told->effect).member("at", wall_.text(told->at)).end_object();
  }

  /// One key per task and execution, however often it is tried: what makes a repetition visible.
  void effects(const TaskSpec& spec, const TaskRun& run, const WorkflowRun& workflow) {
    json_.begin_array("effects");
    for (const Time at : run.effects) {
      json_.begin_object().member("key", fmt::format("{}/{}/{}", item_.id, workflow.spec.id, spec.id));
      json_.member("at", wall_.text(at)).end_object();
    }
    json_.end_array();
  }

  const Conduct& conduct_;
  const AgentPool& agents_;
  const WallTime& wall_;
  const Item& item_;
  bool ended_, turned_;  ///< turned: the bug that changes what was final
  std::string text_ = {};
  JsonWriter json_{text_};
};

}  // namespace

std::string ResultWriter::scenario(const Item& item) const { return Page(conduct_, agents_, wall_, item).scenario(); }
std::string ResultWriter::workflow(const Item& item) const { return Page(conduct_, agents_, wall_, item).workflow(); }

}  // namespace aoa
