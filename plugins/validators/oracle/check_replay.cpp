#include "oracle/check_replay.h"

#include <fmt/format.h>

#include <algorithm>

namespace oracle {
namespace {

constexpr std::size_t kRestartsTold = 3;

std::string worker(std::string_view holder) { return holder.empty() ? "a worker" : std::string(holder); }

}  // namespace

void ReplayCheck::tell(std::int64_t t, std::string_view id, const Item& item, std::vector<std::string> lines) {
  docket_.tell(t, [&] {
    for (const std::string& crash : item.crashes) lines.push_back(crash);
    for (const std::string& restart : restarts_) lines.push_back(restart);
    lines.emplace_back(kOurClock);
    return Witness{fmt::format("item {}", id), std::move(lines), {{"item", std::string(id)}}};
  });
}

void ReplayCheck::acknowledged(std::int64_t t, const history::CheckpointTold& told) {
  Item& item = items_.at(told.item);
  if (!told.sequence) {
    item.unsure = true;
    return;
  }
  docket_.observe();
  const std::int64_t sequence = *told.sequence, expected = item.reached + 1;
  const bool gap = sequence > expected && !item.unsure;
  if (sequence < expected || gap)
    tell(t, told.item, item,
         {fmt::format("Checkpoint {} was the last number known at {}.", item.reached,
                      item.acknowledged.empty() ? "the beginning" : clock_text(item.acknowledged.back().t)),
          fmt::format("{} was given number {} at {}.", worker(told.holder), sequence, clock_text(t)),
          gap ? "Sequence numbers rise without a gap, so that a lost checkpoint shows."
              : "Sequence numbers rise, so that the last one is the one to resume from."});
  item.acknowledged.push_back({sequence, t, std::string(told.holder), std::string(told.hash)});
  item.reached = std::max(item.reached, sequence);
  item.unsure = false;
}

void ReplayCheck::resumed(std::int64_t t, const history::Resumed& told) {
  Item& item = items_.at(told.item);
  docket_.observe();
  const Acknowledged* last = nullptr;
  for (const Acknowledged& each : item.acknowledged)
    if (last == nullptr || each.sequence >= last->sequence) last = &each;
  const bool older = last != nullptr && told.sequence < last->sequence;
  const bool other = last != nullptr && told.sequence == last->sequence && !told.hash.empty() && !last->hash.empty() &&
                     told.hash != last->hash;
  if (older || other)
    tell(t, told.item, item,
         {fmt::format("Checkpoint {} was acknowledged to {} at {}, with the snapshot {}.", last->sequence,
                      worker(last->holder), clock_text(last->t), last->hash.empty() ? "(hash not told)" : last->hash),
          told.sequence == 0
              ? fmt::format("{} resumed at {} from the beginning: it was given no checkpoint.", worker(told.holder),
                            clock_text(t))
              : fmt::format("{} resumed at {} from checkpoint {}, with the snapshot {}.", worker(told.holder),
                            clock_text(t), told.sequence, told.hash.empty() ? "(hash not told)" : told.hash),
          "What was acknowledged survives a crash, and work goes on from the last of it."});
  item.reached = std::max(item.reached, told.sequence);
}

void ReplayCheck::listed(std::int64_t t, const history::CheckpointsRead& told) {
  Item& item = items_.at(told.item);
  const auto& list = *told.checkpoints;
  for (std::size_t i = 0; i < list.size(); ++i) {
    docket_.observe();
    const std::int64_t expected = static_cast<std::int64_t>(i) + 1;
    if (list[i].sequence == expected) continue;
    tell(t, told.item, item,
         {fmt::format("The list of checkpoints at {} has number {} in the place of {}.", clock_text(t),
                      list[i].sequence, expected),
          "Sequence numbers are 1, 2, 3 ... without a gap."});
    break;  // all that follow are out of place, too
  }
  for (const Acknowledged& each : item.acknowledged) {
    docket_.observe();
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& one) {
      return one.sequence == each.sequence && (one.hash.empty() || each.hash.empty() || one.hash == each.hash);
    });
    if (found != list.end()) continue;
    const auto same =
        std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.sequence == each.sequence; });
    tell(t, told.item, item,
         {fmt::format("Checkpoint {} was acknowledged to {} at {}, with the snapshot {}.", each.sequence,
                      worker(each.holder), clock_text(each.t), each.hash),
          same == list.end()
              ? fmt::format("The list of checkpoints at {} has no such number.", clock_text(t))
              : fmt::format("In the list of checkpoints at {} its snapshot is {}.", clock_text(t), same->hash),
          "What was acknowledged survives, and stays what it was."});
    break;  // one is proof enough
  }
}

void ReplayCheck::compare(std::string_view id, const Item& item, const End& wanted) {
  docket_.observe();
  const End& end = *item.end;
  const auto run_of = [&](const End& each) {
    return fmt::format("state \"{}\", {} effects", each.state, each.effects.size());
  };
  if (end.state == wanted.state && end.effects == wanted.effects) return;
  std::vector<std::string> lines{
      fmt::format("{}, which was not interrupted, ended at {}: {}.", item.like, clock_text(wanted.t), run_of(wanted)),
      fmt::format("{}, the same work, ended at {}: {}.", id, clock_text(end.t), run_of(end))};
  const auto list_of_difference = [&](const End& has, const End& lacks, const char* words) {
    std::vector<std::pair<std::string, std::string>> only;
    std::set_difference(has.effects.begin(), has.effects.end(), lacks.effects.begin(), lacks.effects.end(),
                        std::back_inserter(only));
    if (!only.empty())
      lines.push_back(fmt::format(fmt::runtime(words), only.size(), only.front().first, only.front().second));
  };
  list_of_difference(end, wanted, "Effects too many: {}, the first of task {} with the payload {}.");
  list_of_difference(wanted, end, "Effects missing: {}, the first of task {} with the payload {}.");
  lines.emplace_back("A crash changes neither what work comes to nor what it does to the world.");
  tell(end.t, id, item, std::move(lines));
}

void ReplayCheck::finished(std::int64_t t, const history::WorkFinished& told) {
  Item& item = items_.at(told.item);
  if (item.end || !is_end(told.word)) return;
  item.end = End{std::string(told.word), std::string(told.state), t, std::move(item.effects)};
  std::sort(item.end->effects.begin(), item.end->effects.end());
  const auto succeeded = [](const End& end) { return history::has_succeeded(history::status_of(end.word)); };
  if (!item.like.empty() && succeeded(*item.end)) {
    const Item* like = items_.find(item.like);
    if (like != nullptr && like->end && succeeded(*like->end) && item.ledger_read && like->ledger_read) {
      compare(told.item, item, *like->end);
    } else {
      ++without_like_;
    }
  }
  item.acknowledged = {};
  item.crashes = {};
}

void ReplayCheck::killed(std::int64_t t, const history::Killed& told) {
  if (!told.item.empty()) {
    items_.at(told.item).crashes.push_back(fmt::format("{} was killed at {}.", worker(told.holder), clock_text(t)));
    return;
  }
  restarts_.push_back(fmt::format("The platform was killed at {}.", clock_text(t)));
  if (restarts_.size() > kRestartsTold) restarts_.erase(restarts_.begin());
}

void ReplayCheck::heard(const history::Event& event) {
  if (const auto* began = std::get_if<history::WorkBegan>(&event.body)) {
    items_.at(began->item).like = began->like;
  } else if (const auto* checkpoint = std::get_if<history::CheckpointTold>(&event.body)) {
    acknowledged(event.t, *checkpoint);
  } else if (const auto* again = std::get_if<history::Resumed>(&event.body)) {
    resumed(event.t, *again);
  } else if (const auto* list = std::get_if<history::CheckpointsRead>(&event.body)) {
    listed(event.t, *list);
  } else if (const auto* ledger = std::get_if<history::LedgerRead>(&event.body)) {
    Item& item = items_.at(ledger->item);
    item.ledger_read = true;
    item.effects.clear();
    for (const history::LedgerEntry& entry : *ledger->effects)
      if (!entry.idempotent) item.effects.emplace_back(entry.task, entry.hash);
  } else if (const auto* crash = std::get_if<history::Killed>(&event.body)) {
    killed(event.t, *crash);
  } else if (const auto* end = std::get_if<history::WorkFinished>(&event.body)) {
    finished(event.t, *end);
  }
}

thresher::Finding ReplayCheck::finding() {
  thresher::Finding finding = docket_.finding("checkpoints and resumptions as they have to be",
                                              fmt::format(R"({{"unjudged":{}}})", without_like_));
  if (without_like_ > 0)
    finding.summary += fmt::format("; of {} items the run without a crash is not known", without_like_);
  return finding;
}

}  // namespace oracle
