#include "oracle/check_status.h"

#include <fmt/format.h>

namespace oracle {

using history::Status;

namespace {

std::string at(std::int64_t t) { return fmt::format("at {:.3f} ms of the run", static_cast<double>(t) / 1e6); }

/// none -> pending -> running -> terminal; a word that no contract has could be anything, so it is nowhere.
int stage(Status status) {
  if (history::is_terminal(status)) return 3;
  if (status == Status::running) return 2;
  return status == Status::pending ? 1 : 0;
}

bool under_way(Status status) { return status == Status::pending || status == Status::running; }

}  // namespace

void StatusCheck::tell(std::int64_t t, std::string_view item, std::vector<std::string> lines) {
  docket_.tell(t, [&] {
    return Witness{fmt::format("item {}", item), std::move(lines), {{"item", std::string(item)}}};
  });
}

void StatusCheck::polled(std::int64_t t, const history::Polled& told) {
  const Status status = history::status_of(told.word);
  if (const Ended* ended = book_.ended(told.item)) {
    docket_.observe();
    if (told.http == 404)
      return tell(t, told.item,
                  {fmt::format("It was \"{}\" {}.", ended->answer.word(), at(ended->t)),
                   fmt::format("The platform does not know it (404) {}.", at(t)), "What has ended stays readable."});
    if (!under_way(status)) return;
    return tell(t, told.item,
                {fmt::format("It was \"{}\" {}.", ended->answer.word(), at(ended->t)),
                 fmt::format("It is \"{}\" {}.", told.word, at(t)), "Terminal is final; reads never go back."});
  }
  const Item* item = book_.in_flight(told.item);
  if (item == nullptr || stage(status) == 0) return;
  docket_.observe();
  if (stage(status) < stage(item->last_status))
    tell(t, told.item,
         {fmt::format("It was \"{}\" {}.", item->last_word, at(item->last_look)),
          fmt::format("It is \"{}\" {}.", told.word, at(t)),
          "A status goes from pending to running to terminal, never back."});
}

void StatusCheck::read_again(std::int64_t t, const history::ResultCame& told) {
  const Ended* ended = book_.ended(told.item);
  if (ended == nullptr) return;
  docket_.observe();
  const std::string difference = ended->answer.difference(Fingerprint(*told.answer));
  if (difference.empty()) return;
  tell(t, told.item,
       {fmt::format("Its terminal answer came {}, with status \"{}\".", at(ended->t), ended->answer.word()),
        fmt::format("Read again {}, it says otherwise: {}.", at(t), difference),
        "Terminal is final: whoever reads again reads the same."});
}

void StatusCheck::heard(const history::Event& event) {
  if (const auto* poll = std::get_if<history::Polled>(&event.body)) return polled(event.t, *poll);
  if (const auto* result = std::get_if<history::ResultCame>(&event.body)) read_again(event.t, *result);
}

void StatusCheck::judge_attempts(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const TaskRun& run = workflow.runs[task];
  for (std::size_t i = 1; i < run.attempts.size(); ++i) {
    const history::Attempt &before = run.attempts[i - 1], &after = run.attempts[i];
    docket_.observe();
    const bool early =
        before.end.known() && after.begin.known() && after.begin + docket_.run().clock_bound < before.end;
    const bool superfluous = history::has_succeeded(before.status) && before.iteration == after.iteration;
    if (!early && !superfluous) continue;
    const Timescale scale = workflow.scale();
    const auto line = [&](const history::Attempt& attempt) {
      return fmt::format("Attempt {} ran from {} to {}{}.", attempt.number, scale.at(attempt.begin),
                         scale.at(attempt.end), history::has_succeeded(attempt.status) ? " and succeeded" : "");
    };
    docket_.tell(answered.t, [&] {
      return Witness{workflow.name(task),
                     {line(before), line(after),
                      superfluous ? "A task that has succeeded is done; it is not tried again."
                                  : "The later one began before the earlier one had ended.",
                      scale.legend()},
                     {{"workflow", workflow.graph->id}, {"task", workflow.graph->tasks[task].id}}};
    });
    return;
  }
}

void StatusCheck::judge_parts(const Case& answered) {
  const history::Answer& answer = *answered.answer;
  for (const WorkflowCase& workflow : answered.workflows) {
    docket_.observe();
    const history::WorkflowResult& result = *workflow.result;
    if (under_way(result.status))
      tell(answered.t, workflow.name(),
           {fmt::format("The whole is \"{}\".", answer.word), fmt::format("This part is \"{}\".", result.word),
            "Nothing is under way in what has ended."});
    const bool part_failed = result.status == Status::failed || result.status == Status::partial ||
                             result.status == Status::timeout || result.status == Status::cancelled;
    if (answered.item->scenario && answer.status == Status::completed && part_failed)
      tell(answered.t, workflow.name(),
           {fmt::format("The scenario is \"{}\".", answer.word),
            fmt::format("Its workflow {} is \"{}\".", workflow.graph->id, result.word),
            "What failed in part is completed_with_failures."});
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) {
      const TaskRun& run = workflow.runs[task];
      if (run.result == nullptr) continue;
      if (history::is_terminal(result.status) && under_way(run.result->status))
        tell(answered.t, workflow.name(task),
             {fmt::format("The workflow is \"{}\", at {}.", result.word, workflow.scale().at(result.end)),
              fmt::format("Its task is \"{}\".", run.result->word), "Nothing is under way in what has ended."});
      judge_attempts(answered, workflow, task);
    }
  }
}

void StatusCheck::answered(const Case& answered) {
  docket_.observe();
  judge_parts(answered);
}

thresher::Finding StatusCheck::finding() {
  thresher::Finding finding =
      docket_.finding("looks went forward", fmt::format(R"({{"fingerprints_forgotten":{}}})", book_.forgotten()));
  if (book_.forgotten() > 0)
    finding.summary +=
        fmt::format("; {} ended items are remembered no more, a change of theirs would go unseen", book_.forgotten());
  return finding;
}

}  // namespace oracle
