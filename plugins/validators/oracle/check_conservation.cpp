#include "oracle/check_conservation.h"

#include <fmt/format.h>

#include <algorithm>

#include <cmath>

namespace oracle {

using history::Status;

/// A counter of the platform beside our own count; `least` and `most` differ where the word's meaning leaves room.
struct ConservationCheck::Count {
  std::string_view name;
  std::optional<std::int64_t> told;
  std::int64_t least = 0, most = 0;
  std::string_view what;  ///< what we counted
};

namespace {

struct Parts {
  std::int64_t workflows = 0, completed = 0;
  std::int64_t tasks = 0, succeeded = 0, compensated = 0, failed = 0, idle = 0, skipped = 0;
  std::int64_t faulted_tasks = 0, faulted_attempts = 0;
};

Parts count(const history::Answer& answer) {
  Parts parts;
  for (const history::WorkflowResult& workflow : answer.workflows) {
    ++parts.workflows;
    parts.completed += workflow.status == Status::completed || workflow.status == Status::retried;
  }
  for (const history::TaskResult& task : answer.tasks) {
    ++parts.tasks;
    parts.succeeded += task.status == Status::completed || task.status == Status::retried;
    parts.compensated += task.status == Status::compensated;
    parts.failed += task.status == Status::failed || task.status == Status::timeout;
    parts.skipped += task.status == Status::skipped || task.status == Status::cancelled;
    std::int64_t faults = 0;
    for (const history::Attempt& attempt : answer.of(task)) faults += !attempt.fault.empty();
    parts.faulted_tasks += task.chaos_occurred || faults > 0;
    parts.faulted_attempts += std::max<std::int64_t>(faults, task.chaos_occurred);
  }
  return parts;
}

}  // namespace

void ConservationCheck::judge(const Case& answered, const Count& count) {
  if (!count.told) return;
  docket_.observe();
  if (count.least <= *count.told && *count.told <= count.most) return;
  const std::int64_t off = *count.told > count.most ? *count.told - count.most : *count.told - count.least;
  docket_.tell(answered.t, [&] {
    return Witness{fmt::format("item {}, {}", answered.item->id, count.name),
                   {fmt::format("The platform's counter {} says {}.", count.name, *count.told),
                    fmt::format("The same answer has {} {}.",
                                count.least == count.most ? fmt::format("{}", count.least)
                                                          : fmt::format("{} to {}", count.least, count.most),
                                count.what),
                    fmt::format("The difference is {:+}.", off)},
                   {{"item", answered.item->id}, {"counter", std::string(count.name)}}};
  });
}

void ConservationCheck::answered(const Case& answered) {
  const history::Answer& answer = *answered.answer;
  if (answer.workflows.empty()) return;  // an answer without its parts: nothing of ours to compare with
  const Parts parts = count(answer);
  const std::int64_t done = parts.succeeded, undone = parts.compensated;
  judge(answered, {"workflows_completed", answer.workflows_completed, parts.completed, parts.completed,
                   "workflow results that are completed"});
  judge(answered, {"workflows_failed", answer.workflows_failed, parts.workflows - parts.completed,
                   parts.workflows - parts.completed, "workflow results that are not completed"});
  judge(answered, {"total_tasks", answer.total_tasks, parts.tasks, parts.tasks, "task results"});
  judge(answered, {"tasks_completed", answer.tasks_completed, done, done + undone,
                   "task results that succeeded, the more with those undone since"});
  judge(answered, {"tasks_failed", answer.tasks_failed, parts.failed, parts.failed + parts.skipped + undone,
                   "task results that failed or timed out, the more with those skipped, cancelled or undone"});
  judge(answered, {"chaos_events_total", answer.chaos_events_total, parts.faulted_tasks, parts.faulted_attempts,
                   "task results that met a fault, the more if each attempt counts"});
  if (answer.chaos_events_total)
    judge(answered, {"chaos_events_recovered", answer.chaos_events_recovered, 0, *answer.chaos_events_total,
                     "faults at most, by chaos_events_total"});
}

void ConservationCheck::read(std::int64_t t, const history::CountersRead& counters) {
  docket_.observe();
  const WorkflowBook::Counts& ours = book_.counts();
  const auto off = [&](std::string what, std::int64_t told, std::int64_t least, std::int64_t most) {
    if (least <= told && told <= most) return;
    docket_.tell(t, [&] {
      return Witness{
          "the platform's counters",
          {fmt::format("At {:.3f} ms of the run the platform counts {} {}.", static_cast<double>(t) / 1e6, told, what),
           least == most ? fmt::format("It should be {}.", least)
                         : fmt::format("It should be between {} and {}.", least, most),
           fmt::format("Ours: {} submitted ({} without an answer yet), {} rejected, {} accepted, of which {} "
                       "have ended and {} were given up.",
                       ours.submitted, ours.unanswered, ours.rejected, ours.accepted, ours.terminal, ours.gave_up)},
          {{"counter", what}}};
    });
  };
  const auto number = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
  if (counters.submitted && counters.terminal && counters.in_flight) {
    const std::int64_t rejected = counters.rejected.value_or(0);
    const std::int64_t sum = *counters.terminal + *counters.in_flight + rejected;
    off("submitted, which its own terminal, in flight and rejected do not add up to", *counters.submitted,
        counters.rejected ? sum : sum - number(ours.rejected), counters.rejected ? sum : sum + number(ours.rejected));
  }
  const std::int64_t answered = number(ours.accepted + ours.rejected), waiting = number(ours.unanswered);
  // A platform may or may not count as submitted what it rejected.
  if (counters.submitted) off("submitted", *counters.submitted, number(ours.accepted), answered + waiting);
  if (counters.rejected) off("rejected", *counters.rejected, number(ours.rejected), number(ours.rejected) + waiting);
  if (counters.terminal) off("terminal", *counters.terminal, number(ours.terminal), number(ours.accepted) + waiting);
  if (counters.in_flight) off("in flight", *counters.in_flight, 0, number(ours.in_flight() + ours.gave_up) + waiting);
}

void ConservationCheck::heard(const history::Event& event) {
  if (const auto* counters = std::get_if<history::CountersRead>(&event.body)) read(event.t, *counters);
}

}  // namespace oracle
