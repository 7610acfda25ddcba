#include "task.h"

#include "md5.h"

namespace farm {
namespace {

constexpr int kRetries = 3;
constexpr double kBackoffMultiplier = 2.0;
constexpr int kApprovalTimeoutMs = 24 * 3600 * 1000;

std::string task_id(const TaskRequest& request) {
  std::string hashed;
  hashed.reserve(64);
  request.seed.append_to(hashed);
  hashed.append("-").append(request.workflow_id).append("-task-").append(std::to_string(request.index));
  std::string id = "task-";
  append_md5(hashed, request.id_digits, id);
  return id;
}

std::optional<ChaosType> fitting(std::optional<ChaosType> drawn, TaskType type) {
  if (!drawn || affects(*drawn, type)) return drawn;
  std::array<ChaosType, kChaos.size()> fit;
  std::size_t count = 0;
  for (std::size_t i = 0; i < kChaos.size(); ++i)
    if (affects(static_cast<ChaosType>(i), type)) fit[count++] = static_cast<ChaosType>(i);
  if (count == 0) return std::nullopt;
  return fit[static_cast<std::size_t>(*drawn) % count];
}

void write_dependencies(std::string_view name, const Task& task, std::span<const Task> tasks, JsonWriter& json) {
  json.begin_array(name);
  for (const std::uint8_t earlier : task.dependencies()) json.text(tasks[earlier].id);
  json.end_array();
}

void write_chaos(const Chaos& chaos, Dialect dialect, JsonWriter& json) {
  const ChaosTraits& is = traits(chaos.type);
  json.begin_object("chaos_injection");
  json.member("type", is.name);
  json.member("description", is.description);
  json.member("recovery_action", is.recovery_action);
  json.member("trigger_probability", chaos.trigger_probability);
  if (dialect == Dialect::ours) json.member_raw("parameters", is.parameters);
  json.end_object();
}

void write_role(const Task& task, std::size_t task_count, Dialect dialect, JsonWriter& json) {
  switch (task.role) {
    case Role::plain:
      return;
    case Role::branch:
      json.member("parallel_group", "branch_1");
      return;
    case Role::join:
      json.member("join_type", "all");
      return;
    case Role::split:
      json.member("role", "split");
      return;
    case Role::map:
      json.member("role", "map");
      json.member("parallel_group", "map");
      return;
    case Role::reduce:
      json.member("role", "reduce");
      json.member("join_type", "all");
      return;
    case Role::step:
      json.begin_object("compensation");
      json.member("handler", "compensate_" + task.id);
      json.member("description", "Rollback step " + std::to_string(task.index));
      json.member("order", task_count - task.index);
      if (dialect == Dialect::ours) json.member("compensates", task.id);
      json.end_object();
      return;
  }
}

/// What the platform's contract asks for beyond the public generator's members, under the platform's names.
void write_platform_members(const Task& task, JsonWriter& json) {
  json.member("estimated_duration_ms", task.duration_ms);
  json.begin_object("retry_policy");
  json.member("max_attempts", max_retries(task.type, Dialect::ours) + 1);
  json.member("backoff_multiplier", kBackoffMultiplier);
  json.end_object();
}

}  // namespace

int max_retries(TaskType type, Dialect dialect) {
  if (dialect == Dialect::compat) return type == TaskType::approval ? 0 : kRetries;
  return traits(type).retryable ? kRetries : 0;
}

Task draw_task(const TaskRequest& request, PythonRandom random, Dialect dialect) {
  Task task;
  task.id = task_id(request);
  task.index = request.index;
  task.type =
      request.type ? *request.type : static_cast<TaskType>(random.below(static_cast<std::uint32_t>(kTaskTypes.size())));
  task.duration_ms = static_cast<int>(traits(task.type).mean_duration_ms * random.uniform(0.5, 2.0));
  task.priority = random.choice(kPriorities);
  const auto chaos = dialect == Dialect::ours ? fitting(request.chaos, task.type) : request.chaos;
  if (chaos) task.chaos = Chaos{*chaos, random.uniform(0.5, 1.0)};
  return task;
}

void write_task(const Task& task, std::span<const Task> tasks, TaskStyle style, JsonWriter& json) {
  const TaskTraits& is = traits(task.type);
  const std::string_view type = name_of(task.type);
  const bool ours = style.dialect == Dialect::ours;
  json.begin_object();
  json.member("task_id", task.id);
  json.member("type", type);
  std::string text(type);
  json.member("name", text.append("_").append(std::to_string(task.index)));
  text.assign("Task ").append(std::to_string(task.index)).append(": ").append(type).append(" operation");
  json.member("description", text);
  write_dependencies("depends_on", task, tasks, json);
  if (ours) write_dependencies("dependencies", task, tasks, json);
  json.texts("tools_required", is.tools);
  json.member("expected_duration_ms", task.duration_ms);
  json.member("token_budget", is.tokens);
  json.member("memory_footprint", is.memory_footprint);
  json.member("priority", task.priority);
  json.member("retryable", is.retryable);
  json.member("max_retries", max_retries(task.type, style.dialect));
  json.member("idempotent", is.idempotent);
  if (ours) write_platform_members(task, json);
  if (style.agent_type) json.member("assigned_agent_type", name_of(agent_for(task.type)));
  if (!task.agent_id.empty()) {
    json.member("assigned_agent", task.agent_id);
    if (ours) json.member("assigned_agent_id", task.agent_id);
  }
  if (task.type == TaskType::approval) {
    json.member("requires_human", true);
    json.member("timeout_ms", kApprovalTimeoutMs);
  }
  if (task.type == TaskType::checkpoint) json.member("is_system", true);
  if (task.chaos) write_chaos(*task.chaos, style.dialect, json);
  write_role(task, tasks.size(), style.dialect, json);
  json.end_object();
}

}  // namespace farm
