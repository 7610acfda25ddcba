#include "dag.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace gateway {
namespace {

/// The execution the dag shows it below: its caller, unless it is one that is hung too high.
const Execution* shown_parent(const Execution& execution) {
  const Execution* parent = execution.parent;
  return parent != nullptr && execution.plan.wrong_parent && parent->parent != nullptr ? parent->parent : parent;
}

std::string json_text(std::string_view text) { return text_of(Json(text)); }
std::string text_or_null(std::string_view text) { return text.empty() ? "null" : json_text(text); }

class DagWriter {
 public:
  DagWriter(const Run& run, const View& view);

  bool nothing_to_show() const { return shown_.empty(); }
  std::string document();

 private:
  bool shows(const Execution& execution) const;
  Status workflow_status() const;
  const std::string& names_of(const Call& call);
  void node(std::string& out, const Execution& execution);  ///< up to its children, which are left open
  void tree(std::string& out, const Execution& execution);
  void children(std::string& out, const Execution& execution);

  const Run& run_;
  const View& view_;
  const std::string run_id_;
  const Call* call_ = nullptr;  ///< whose names are in call_names_: most executions share one
  std::string call_names_;
  std::vector<const Execution*> shown_;  ///< in the order they were made; the first is the root
};

DagWriter::DagWriter(const Run& run, const View& view) : run_(run), view_(view), run_id_(json_text(run.id)) {
  for (const auto& execution : run.executions)
    if (shows(*execution)) shown_.push_back(execution.get());
  std::stable_sort(shown_.begin(), shown_.end(),
                   [](const Execution* left, const Execution* right) { return left->created < right->created; });
}

bool DagWriter::shows(const Execution& execution) const {
  if (!view_.exists(execution)) return false;
  for (const Execution* each = &execution; each->parent != nullptr; each = each->parent)
    if (each->plan.missing) return false;
  return true;
}

Status DagWriter::workflow_status() const {
  const Status whole = view_.status(*shown_.front());
  for (const Execution* execution : shown_) {
    const Status each = view_.status(*execution);
    if (each == Status::running || (each == Status::queued && is_terminal(whole))) return Status::running;
  }
  return whole;
}

/// The members that all executions of a call have in common.
const std::string& DagWriter::names_of(const Call& call) {
  if (call_ == &call) return call_names_;
  call_ = &call;
  return call_names_ =
             fmt::format(R"("agent_node_id":{},"reasoner_id":{})", json_text(call.node->id), json_text(call.reasoner));
}

void DagWriter::node(std::string& out, const Execution& execution) {
  const Execution* parent = shown_parent(execution);
  const bool ended = is_terminal(view_.status(execution));
  const auto time = [&](bool known, Time at) { return known ? '"' + view_.text(at) + '"' : std::string("null"); };
  fmt::format_to(std::back_inserter(out),
                 R"({{"workflow_id":{},"execution_id":"{}",{},"status":"{}","started_at":{},"completed_at":{},)"
                 R"("duration_ms":{},"parent_execution_id":{},"workflow_depth":{},"children":[)",
                 run_id_, execution.id, names_of(*execution.call), view_.status_name(execution),
                 time(view_.has_started(execution), execution.started), time(ended, execution.ended),
                 ended ? std::to_string(View::milliseconds_of(execution)) : "null",
                 parent != nullptr ? '"' + parent->id + '"' : text_or_null(execution.parent_id),
                 parent != nullptr ? parent->depth + 1 : execution.depth);
}

void DagWriter::tree(std::string& out, const Execution& execution) {
  node(out, execution);
  children(out, execution);
  out += "]}";
}

void DagWriter::children(std::string& out, const Execution& execution) {
  const auto child = [&](const Execution& each) {
    if (!shows(each) || shown_parent(each) != &execution) return;
    if (out.back() != '[') out += ',';
    tree(out, each);
  };
  for (const Execution* each : execution.children) {
    child(*each);
    for (const Execution* below : each->children) child(*below);
  }
}

std::string DagWriter::document() {
  const Execution& root = *shown_.front();
  std::uint32_t deepest = 0;
  for (const Execution* execution : shown_) deepest = std::max(deepest, execution->depth);
  std::string out =
      fmt::format(R"({{"root_workflow_id":{},"workflow_status":"{}","workflow_name":{},"session_id":{},"actor_id":{},)"
                  R"("total_nodes":{},"max_depth":{},"dag":)",
                  run_id_, view_.name(workflow_status(), root), json_text(root.call->reasoner),
                  text_or_null(run_.session), text_or_null(run_.actor), shown_.size(), deepest);
  tree(out, root);
  out += R"(,"timeline":[)";
  for (const Execution* execution : shown_) {
    if (out.back() != '[') out += ',';
    node(out, *execution);
    out += "]}";
  }
  return out += "]}";
}

}  // namespace

std::string dag_document(const Run& run, const View& view) {
  DagWriter writer(run, view);
  return writer.nothing_to_show() ? std::string() : writer.document();
}

}  // namespace gateway
