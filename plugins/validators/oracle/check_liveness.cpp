#include "oracle/check_liveness.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace oracle {
namespace {

std::string at(std::int64_t t) { return fmt::format("at {:.3f} ms of the run", static_cast<double>(t) / 1e6); }

std::vector<std::string> beginnings(const Item& item) {
  std::vector<std::string> lines{fmt::format("{} was submitted {}.", item.id, at(item.submitted))};
  if (item.accepted >= 0)
    lines.push_back(fmt::format("The platform accepted it {}{}.", at(item.accepted),
                                item.platform_id.empty() ? "" : fmt::format(", as {}", item.platform_id)));
  return lines;
}

std::string last_seen(const Item& item) {
  if (item.last_look < 0) return "Nobody has looked at it.";
  return fmt::format("The last look, {}, showed {}.", at(item.last_look),
                     item.last_word.empty() ? "no status" : fmt::format("\"{}\"", item.last_word));
}

}  // namespace

void LivenessCheck::gave_up(std::int64_t t, const history::GaveUp& told) {
  const Item* item = book_.in_flight(told.item);
  if (item == nullptr) return;
  docket_.observe();
  docket_.tell(t, [&] {
    Witness witness{fmt::format("item {}", item->id), beginnings(*item), {{"item", item->id}}};
    witness.lines.push_back(last_seen(*item));
    witness.lines.push_back(fmt::format("After {:.0f} ms we gave up; its last status was \"{}\".", told.waited_ms,
                                        told.word.empty() ? item->last_word : std::string(told.word)));
    witness.lines.emplace_back("What is accepted comes to an end.");
    return witness;
  });
}

void LivenessCheck::heard(const history::Event& event) {
  t_ = event.t;
  if (const auto* given = std::get_if<history::GaveUp>(&event.body)) gave_up(event.t, *given);
  if (const auto* ended = std::get_if<history::RunEnded>(&event.body)) interrupted_ = ended->interrupted;
}

void LivenessCheck::answered(const Case& answered) {
  docket_.observe();
  const Item& item = *answered.item;
  const std::int64_t since = item.accepted >= 0 ? item.accepted : item.submitted;
  const history::Nanoseconds took(answered.t - since);
  if (took <= settings_.terminal_bound) return;
  docket_.tell(answered.t, [&] {
    Witness witness{fmt::format("item {}", item.id), beginnings(item), {{"item", item.id}}};
    witness.lines.push_back(
        fmt::format("It was \"{}\" {}, {} later.", answered.answer->word, at(answered.t), history::to_text(took)));
    witness.lines.push_back(fmt::format("The bound is {}.", history::to_text(settings_.terminal_bound)));
    return witness;
  });
}

void LivenessCheck::on_idle(const history::Agent& agent, const Work& work, history::Instant from,
                            history::Instant until) {
  const bool series = work.patience < settings_.start_bound;
  docket_.tell(t_, [&] {
    const history::Task& task = work.graph->tasks[work.task];
    const Timescale scale(work.ready);
    Witness witness{fmt::format("workflow {}, task {}", work.graph->id, task.id),
                    {},
                    {{"workflow", work.graph->id}, {"task", task.id}, {"agent", agent.id}}};
    witness.lines.push_back(
        task.needs.empty() ? fmt::format("{} depends on nothing, so it was ready at {}.", task.id, scale.at(work.ready))
                           : fmt::format("The last dependency of {} succeeded at {}.", task.id, scale.at(work.ready)));
    witness.lines.push_back(fmt::format("It began at {}, on {}.", scale.at(work.begin), agent.id));
    witness.lines.push_back(
        fmt::format("{} had a free slot from {} to {}; it may have {}.", agent.id, scale.at(from), scale.at(until),
                    agent.max_concurrent_tasks == 0 ? "any number of tasks at once"
                                                    : fmt::format("{} tasks at once", agent.max_concurrent_tasks)));
    witness.lines.push_back(
        series ? "The workflows of this scenario ran one after another: each began when the one before had ended."
               : fmt::format("A ready task whose agent is free begins within {}.",
                             history::to_text(settings_.start_bound)));
    witness.lines.push_back(scale.legend());
    return witness;
  });
}

void LivenessCheck::judge_leftovers() {
  if (interrupted_) return;
  std::vector<const Item*> late;
  for (const auto& [id, item] : book_.all_in_flight())
    if (item.accepted >= 0 && history::Nanoseconds(t_ - item.accepted) > settings_.terminal_bound)
      late.push_back(&item);
  std::sort(late.begin(), late.end(), [](const Item* a, const Item* b) { return a->id < b->id; });
  for (const Item* item : late) {
    docket_.observe();
    docket_.tell(-1, [&] {
      Witness witness{fmt::format("item {}", item->id), beginnings(*item), {{"item", item->id}}};
      witness.lines.push_back(last_seen(*item));
      witness.lines.push_back(fmt::format("The history ends {}, and it has not: the bound is {}.", at(t_),
                                          history::to_text(settings_.terminal_bound)));
      return witness;
    });
  }
}

thresher::Finding LivenessCheck::finding() {
  judge_leftovers();
  return docket_.finding("items ended in time");
}

}  // namespace oracle
