#include "history/read_answer.h"

#include <algorithm>

namespace history {
namespace {

std::uint32_t size_of(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

void read_attempt(json::value from, Attempt& attempt) {
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "attempt") {
      attempt.number = static_cast<std::uint32_t>(json::integer(value).value_or(0));
    } else if (key == "agent_id") {
      attempt.agent = json::text(value);
    } else if (key == "started_at") {
      attempt.begin = json::instant(value);
    } else if (key == "completed_at") {
      attempt.end = json::instant(value);
    } else if (key == "status") {
      attempt.status = status_of(json::text(value));
    } else if (key == "fault") {
      attempt.fault = json::text(value);
    } else if (key == "iteration") {
      attempt.iteration = static_cast<std::uint32_t>(json::integer(value).value_or(1));
    }
  });
}

void read_attempts(json::value from, TaskResult& task, Answer& answer) {
  task.attempts.from = size_of(answer.attempts);
  json::each_element(from, [&](json::value value) {
    Attempt& attempt = answer.attempts.emplace_back();
    read_attempt(value, attempt);
    if (attempt.number == 0) attempt.number = size_of(answer.attempts) - task.attempts.from;
  });
  task.attempts.count = size_of(answer.attempts) - task.attempts.from;
}

void read_effects(json::value from, TaskResult& task, Answer& answer) {
  task.tells_effects = json::type_of(from) == json::json_type::array;
  task.effects.from = size_of(answer.effects);
  json::each_element(from, [&](json::value value) {
    Effect& effect = answer.effects.emplace_back();
    json::each_member(value, [&](std::string_view key, json::value member) {
      if (key == "key") effect.key = json::text(member);
      if (key == "at") effect.at = json::instant(member);
    });
  });
  task.effects.count = size_of(answer.effects) - task.effects.from;
}

void read_recovery(json::value from, TaskResult& task) {
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "action") {
      task.recovery_action = json::text(value);
    } else if (key == "effect") {
      task.recovery_effect = json::text(value);
    } else if (key == "at") {
      task.recovered_at = json::instant(value);
    }
  });
}

void read_task(json::value from, Answer& answer) {
  TaskResult task;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "task_id") {
      task.id = json::text(value);
    } else if (key == "status") {
      task.word = json::text(value);
      task.status = status_of(task.word);
    } else if (key == "started_at") {
      task.begin = json::instant(value);
    } else if (key == "completed_at") {
      task.end = json::instant(value);
    } else if (key == "duration_ms") {
      task.duration_ms = json::number(value);
    } else if (key == "assigned_agent_id") {
      task.agent = json::text(value);
    } else if (key == "chaos_occurred") {
      task.chaos_occurred = json::boolean(value).value_or(false);
    } else if (key == "chaos_type") {
      task.chaos_type = json::text(value);
    } else if (key == "retry_count") {
      task.retry_count = static_cast<std::uint32_t>(std::max<std::int64_t>(0, json::integer(value).value_or(0)));
    } else if (key == "attempts") {
      read_attempts(value, task, answer);
    } else if (key == "effects") {
      read_effects(value, task, answer);
    } else if (key == "approved_at") {
      task.approved_at = json::instant(value);
    } else if (key == "approved_by") {
      task.approved_by = json::text(value);
    } else if (key == "recovery") {
      read_recovery(value, task);
    }
  });
  answer.tasks.push_back(task);
}

void read_compensations(json::value from, WorkflowResult& workflow, Answer& answer) {
  workflow.tells_compensations = json::type_of(from) == json::json_type::array;
  workflow.compensations.from = size_of(answer.compensations);
  json::each_element(from, [&](json::value value) {
    Compensation& compensation = answer.compensations.emplace_back();
    json::each_member(value, [&](std::string_view key, json::value member) {
      if (key == "task_id") {
        compensation.task = json::text(member);
      } else if (key == "handler") {
        compensation.handler = json::text(member);
      } else if (key == "status") {
        compensation.status = status_of(json::text(member));
      } else if (key == "started_at") {
        compensation.begin = json::instant(member);
      } else if (key == "completed_at") {
        compensation.end = json::instant(member);
      }
    });
  });
  workflow.compensations.count = size_of(answer.compensations) - workflow.compensations.from;
}

/// One member of a workflow's result; false when it is none.
bool read_workflow_member(std::string_view key, json::value value, WorkflowResult& workflow, Answer& answer) {
  if (key == "workflow_id") {
    workflow.id = json::text(value);
  } else if (key == "task_results") {
    workflow.tasks.from = size_of(answer.tasks);
    json::each_element(value, [&](json::value task) { read_task(task, answer); });
    workflow.tasks.count = size_of(answer.tasks) - workflow.tasks.from;
  } else if (key == "compensations") {
    read_compensations(value, workflow, answer);
  } else {
    return false;
  }
  return true;
}

void read_workflow(json::value from, Answer& answer) {
  WorkflowResult workflow;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "status") {
      workflow.word = json::text(value);
      workflow.status = status_of(workflow.word);
    } else if (key == "started_at") {
      workflow.begin = json::instant(value);
    } else if (key == "completed_at") {
      workflow.end = json::instant(value);
    } else {
      read_workflow_member(key, value, workflow, answer);
    }
  });
  answer.workflows.push_back(workflow);
}

/// The counters and rates of a whole answer; false when `key` is none.
bool read_figure(std::string_view key, json::value value, Answer& answer) {
  struct Count {
    std::string_view key;
    std::optional<std::int64_t> Answer::*member;
  };
  struct Figure {
    std::string_view key;
    std::optional<double> Answer::*member;
  };
  static constexpr Count kCounts[] = {{"workflows_completed", &Answer::workflows_completed},
                                      {"workflows_failed", &Answer::workflows_failed},
                                      {"total_tasks", &Answer::total_tasks},
                                      {"tasks_completed", &Answer::tasks_completed},
                                      {"tasks_failed", &Answer::tasks_failed},
                                      {"chaos_events_total", &Answer::chaos_events_total},
                                      {"chaos_events_recovered", &Answer::chaos_events_recovered}};
  static constexpr Figure kFigures[] = {{"total_duration_ms", &Answer::total_duration_ms},
                                        {"throughput_wf_per_sec", &Answer::throughput_wf_per_sec},
                                        {"completion_rate", &Answer::completion_rate},
                                        {"chaos_recovery_rate", &Answer::chaos_recovery_rate},
                                        {"total_cost_usd", &Answer::total_cost_usd}};
  for (const Count& count : kCounts)
    if (count.key == key) return answer.*count.member = json::integer(value), true;
  for (const Figure& figure : kFigures)
    if (figure.key == key) return answer.*figure.member = json::number(value), true;
  return false;
}

}  // namespace

void read_answer(json::value from, Answer& answer) {
  answer.clear();
  WorkflowResult alone;  // when the answer is about one workflow, its members stand at the top
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "status") {
      answer.word = json::text(value);
      answer.status = status_of(answer.word);
    } else if (key == "started_at") {
      answer.begin = json::instant(value);
    } else if (key == "completed_at") {
      answer.end = json::instant(value);
    } else if (key == "fault_rule") {
      answer.fault_rule = json::text(value);
    } else if (key == "verdict") {
      answer.verdict = json::text(value);
    } else if (key == "workflow_results") {
      json::each_element(value, [&](json::value workflow) { read_workflow(workflow, answer); });
    } else if (!read_workflow_member(key, value, alone, answer)) {
      read_figure(key, value, answer);
    }
  });
  if (!answer.workflows.empty() || (alone.id.empty() && alone.tasks.count == 0)) return;
  alone.word = answer.word;
  alone.status = answer.status;
  alone.begin = answer.begin;
  alone.end = answer.end;
  answer.workflows.push_back(alone);
}

}  // namespace history
