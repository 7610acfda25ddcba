#include <algorithm>

#include "workflow.h"

namespace farm {
namespace {

constexpr std::uint8_t kMostBranches = 5;
constexpr std::uint8_t kLoopIterations = 3;
constexpr std::uint8_t kLongestBody = 3;

/// Draws one workflow's tasks: the shape's own draws from Random(seed), each task's from Random(seed + index).
class Shaper {
 public:
  Shaper(const WorkflowRequest& request, Seeded& seeded, Workflow& out)
      : request_(request), seeded_(seeded), random_(seeded.at(request.seed)), out_(out) {}

  void linear(std::uint8_t count) {
    for (std::uint8_t i = 0; i < count; ++i) chain(add({}, chaos()));
  }

  /// start -> branches -> join; only branches meet faults.
  void parallel(std::uint8_t count) {
    const std::uint8_t branches = std::min(count, kMostBranches);
    add(TaskType::io_read, {});
    for (std::uint8_t i = 0; i < branches; ++i) {
      Task& task = add(TaskType::compute, chaos());
      task.role = Role::branch;
      task.depends_on(0);
    }
    gather(add(TaskType::aggregation, {}), Role::join);
  }

  void dag(std::uint8_t count) {
    for (std::uint8_t i = 0; i < count; ++i) {
      const auto injected = chaos();
      const auto type = static_cast<TaskType>(random_.below(static_cast<std::uint32_t>(kTaskTypes.size())));
      Task& task = add(type, injected);
      if (i < 2) {
        chain(task);
        continue;
      }
      std::array<std::uint8_t, 3> earlier;
      const std::uint32_t edges = random_.between(1, std::min<std::uint32_t>(3, i));
      random_.sample(i, edges, earlier);
      for (std::uint32_t edge = 0; edge < edges; ++edge) task.depends_on(earlier[edge]);
    }
  }

  void saga(std::uint8_t count) {
    for (std::uint8_t i = 0; i < count; ++i) {
      std::optional<ChaosType> injected;
      if (chaos_strikes()) injected = random_.choice(std::array{ChaosType::tool_failure, ChaosType::tool_timeout});
      Task& task = add(TaskType::api_call, injected);
      task.role = Role::step;
      chain(task);
    }
  }

  /// A chain whose body, up to three tasks that may all be repeated safely, is tried again until it succeeds.
  void cyclic(std::uint8_t count) {
    constexpr std::array kBody = {TaskType::io_read, TaskType::compute, TaskType::decision};
    const std::uint8_t body = std::min(count, kLongestBody);
    const std::uint8_t begin = count > kLongestBody ? 1 : 0;  // something comes before the loop, if there is room
    for (std::uint8_t i = 0; i < count; ++i) {
      const bool inside = i >= begin && i < begin + body;
      const auto injected = chaos();
      chain(inside ? add(kBody[static_cast<std::size_t>(i - begin) + kBody.size() - body], injected)
                   : add({}, injected));
    }
    out_.loop = Loop{static_cast<std::uint8_t>(begin + body - 1), begin, kLoopIterations};
  }

  /// split -> mappers -> reduce; at least one mapper.
  void map_reduce(std::uint8_t count) {
    add(TaskType::io_read, chaos()).role = Role::split;
    for (int i = 0; i < std::max(1, count - 2); ++i) {
      Task& task = add(TaskType::compute, chaos());
      task.role = Role::map;
      task.depends_on(0);
    }
    gather(add(TaskType::aggregation, chaos()), Role::reduce);
  }

 private:
  bool chaos_strikes() { return request_.chaos_rate > 0 && random_.random() < request_.chaos_rate; }

  std::optional<ChaosType> chaos() {
    if (!chaos_strikes()) return std::nullopt;
    return static_cast<ChaosType>(random_.below(static_cast<std::uint32_t>(kChaos.size())));
  }

  Task& add(std::optional<TaskType> type, std::optional<ChaosType> injected) {
    const auto index = static_cast<std::uint8_t>(out_.tasks.size());
    TaskRequest request{request_.seed, out_.id, index, type, injected};
    Task task = draw_task(request, seeded_.at(request_.seed + index), request_.dialect);
    if (request_.dialect == Dialect::ours && taken(task.id)) {  // six digits meet once in some 100,000 workflows
      request.id_digits = 12;
      task.id = draw_task(request, seeded_.at(request_.seed + index), request_.dialect).id;
    }
    out_.tasks.push_back(std::move(task));
    return out_.tasks.back();
  }

  bool taken(const std::string& id) const {
    return std::any_of(out_.tasks.begin(), out_.tasks.end(), [&](const Task& task) { return task.id == id; });
  }

  static void chain(Task& task) {
    if (task.index > 0) task.depends_on(static_cast<std::uint8_t>(task.index - 1));
  }

  static void gather(Task& task, Role role) {
    task.role = role;
    for (std::uint8_t i = 1; i < task.index; ++i) task.depends_on(i);
  }

  const WorkflowRequest& request_;
  Seeded& seeded_;
  PythonRandom random_;
  Workflow& out_;
};

/// What the request leaves open is drawn first, from a Random(seed) of its own: the type, then the number of tasks.
struct Outline {
  WorkflowType type;
  std::uint8_t tasks;
};

Outline outline(const WorkflowRequest& request, Seeded& seeded) {
  if (request.type && request.tasks) return {*request.type, *request.tasks};
  PythonRandom random = seeded.at(request.seed);
  const auto drawn_type = [&] {
    return static_cast<WorkflowType>(random.below(static_cast<std::uint32_t>(kWorkflowTypes.size())));
  };
  const WorkflowType type = request.type ? *request.type : drawn_type();
  return {type, request.tasks ? *request.tasks : static_cast<std::uint8_t>(random.between(4, 10))};
}

}  // namespace

void draw_workflow(const WorkflowRequest& request, Seeded& seeded, Workflow& out) {
  constexpr std::uint8_t kUsualTasks = 8;  // seeded side by side while the number is still to be drawn
  seeded.prepare(request.seed, request.tasks.value_or(kUsualTasks));
  Outline drawn = outline(request, seeded);
  const bool chain_instead = request.dialect == Dialect::compat &&
                             (drawn.type == WorkflowType::cyclic || drawn.type == WorkflowType::map_reduce);
  if (chain_instead) drawn.type = WorkflowType::linear;
  seeded.prepare(request.seed, drawn.tasks);

  out.id.assign("wf-").append(name_of(drawn.type)).append("-");
  request.seed.append_to(out.id);
  out.type = drawn.type;
  out.seed = request.seed;
  out.fault_seed = request.seed;
  out.chaos_rate = request.chaos_rate;
  out.tasks.clear();
  out.tasks.reserve(Task::kMost);
  out.loop.reset();
  Shaper shaper(request, seeded, out);
  switch (drawn.type) {
    case WorkflowType::linear:
      return shaper.linear(drawn.tasks);
    case WorkflowType::dag:
      return shaper.dag(drawn.tasks);
    case WorkflowType::parallel:
      return shaper.parallel(drawn.tasks);
    case WorkflowType::cyclic:
      return shaper.cyclic(drawn.tasks);
    case WorkflowType::map_reduce:
      return shaper.map_reduce(drawn.tasks);
    case WorkflowType::saga:
      return shaper.saga(drawn.tasks);
  }
}

}  // namespace farm
