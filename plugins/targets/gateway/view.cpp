#include "view.h"

#include <array>

namespace gateway {
namespace {

/// By Status: the name, then the aliases that clients must take for it.
constexpr std::array<std::array<std::string_view, 5>, 7> kNames{
    {{"queued", "waiting", "pending", "waiting", "pending"},
     {"running", "in_progress", "running", "in_progress", "running"},
     {"succeeded", "success", "completed", "done", "ok"},
     {"failed", "error", "failed", "error", "failed"},
     {"cancelled", "canceled", "cancelled", "canceled", "cancelled"},
     {"timeout", "timed_out", "timeout", "timed_out", "timeout"},
     {"unknown", "unknown", "unknown", "unknown", "unknown"}}};

/// Executions below this one that somebody waited for, itself included.
std::uint64_t executions_of(const Execution& execution) {
  std::uint64_t all = 1;
  for (const Execution* child : execution.children)
    if (!child->detached) all += executions_of(*child);
  return all;
}

}  // namespace

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Status View::status(const Execution& execution) const {
  const Status status = execution.status_at(now_);
  if (!is_terminal(status)) return status;
  if (execution.plan.stuck) return Status::running;
  if (execution.plan.unknown) return Status::unknown;
  if (execution.plan.late && now_ < execution.ended + conduct_.late_completion) return Status::running;
  return status;
}

std::string_view View::name(Status status, const Execution& execution) const {
  const auto& names = kNames[static_cast<std::size_t>(status)];
  return conduct_.dialect.aliases ? names[1 + execution.plan.alias % 4U] : names[0];
}

Json View::started_at(const Execution& execution) const {
  return has_started(execution) ? Json(text(execution.started)) : Json();
}

Json View::completed_at(const Execution& execution) const {
  return is_terminal(status(execution)) ? Json(text(execution.ended)) : Json();
}

std::int64_t View::milliseconds_of(const Execution& execution) {
  const Time began = execution.started == kNever ? execution.ended : execution.started;
  return std::chrono::round<std::chrono::milliseconds>(execution.ended - began).count();
}

Json View::duration_ms(const Execution& execution) const {
  return is_terminal(status(execution)) ? Json(milliseconds_of(execution)) : Json();
}

Json View::result(const Execution& execution) const {
  if (status(execution) != Status::succeeded || execution.plan.empty_result) return {};
  const Call& call = *execution.call;
  Json sequence = call.sequence.empty() ? Json() : Json::parse(call.sequence, nullptr, false);
  if (execution.plan.mixed_result)
    sequence = sequence.is_number_integer() ? Json(sequence.get<std::int64_t>() ^ 1) : Json("another");
  Json result{{"sequence", std::move(sequence)},
              {"node", call.node->id},
              {"reasoner", call.reasoner},
              {"payload_bytes", call.payload_bytes},
              {"depth", execution.levels_below},
              {"width", call.width},
              {"calls", execution.levels_below > 0 ? call.width : 0},
              {"executions", executions_of(execution)}};
  if (conduct_.result_bytes > 0) result["filling"] = std::string(conduct_.result_bytes, 'x');
  return result;
}

Json View::error(const Execution& execution) const {
  const Status shown = status(execution);
  return is_terminal(shown) && shown != Status::succeeded ? Json(execution.error) : Json();
}

Json View::record(const Execution& execution) const {
  const Call& call = *execution.call;
  return {{"execution_id", execution.id},
          {"run_id", execution.run->id},
          {"workflow_id", execution.run->id},
          {"parent_execution_id", execution.parent != nullptr   ? Json(execution.parent->id)
                                  : execution.parent_id.empty() ? Json()
                                                                : Json(execution.parent_id)},
          {"agent_node_id", call.node->id},
          {"reasoner_id", call.reasoner},
          {"type", call.type},
          {"status", status_name(execution)},
          {"result", result(execution)},
          {"error", error(execution)},
          {"created_at", text(execution.created)},
          {"started_at", started_at(execution)},
          {"completed_at", completed_at(execution)},
          {"duration_ms", duration_ms(execution)},
          {"webhook_registered", execution.webhook != nullptr}};
}

}  // namespace gateway
