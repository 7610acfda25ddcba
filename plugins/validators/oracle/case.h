#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "history/answer.h"
#include "history/document.h"
#include "oracle/docket.h"
#include "oracle/workflow_book.h"

namespace oracle {

/// What became of one task of a graph, as the answer has it.
struct TaskRun {
  const history::TaskResult* result = nullptr;  ///< null: the answer does not mention the task
  std::span<const history::Attempt> attempts;
  history::Instant begin;    ///< of its first attempt, or its own; unknown when it never ran
  history::Instant success;  ///< end of its last successful attempt (or its own, without attempts); else unknown
  std::uint32_t made = 0;    ///< attempts, by the list or else by retry_count
  bool succeeded = false;    ///< by its status
  bool ran() const { return begin.known(); }
};

/// One workflow's graph beside its result.
struct WorkflowCase {
  std::shared_ptr<const history::Workflow> graph;
  const history::WorkflowResult* result = nullptr;
  std::vector<TaskRun> runs;                            ///< by the graph's indices
  std::vector<const history::TaskResult*> strangers;    ///< results of no task of the graph
  std::vector<const history::TaskResult*> repetitions;  ///< second results of a task

  history::Instant begin() const;  ///< the workflow's own, else its first task's
  Timescale scale() const { return Timescale(begin()); }
  std::string name() const { return "workflow " + graph->id; }
  /// "workflow wf-1, task task-a"
  std::string name(std::uint32_t task) const { return name() + ", task " + graph->tasks[task].id; }
};

/// A terminal answer to an item in flight, matched with what was asked. Lives while the checks look at it.
struct Case {
  const Item* item = nullptr;
  const history::Answer* answer = nullptr;
  std::int64_t t = 0;  ///< when the answer came, on our clock
  std::span<const WorkflowCase> workflows;
  std::vector<const history::WorkflowResult*> strangers, repetitions;
  std::vector<const history::Workflow*> missing;  ///< submitted, but not in the answer
};

/// Matches answers with graphs, reusing its memory.
class CaseFile {
 public:
  /// Lives until the next call.
  const Case& match(const Item& item, const history::Answer& answer, std::int64_t t);

 private:
  WorkflowCase& next();

  Case case_;
  std::vector<WorkflowCase> workflows_;
  std::size_t used_ = 0;
  std::vector<bool> seen_;
};

}  // namespace oracle
