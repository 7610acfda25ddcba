#include "oracle/check_work_items.h"

#include <fmt/format.h>

namespace oracle {

void WorkItemsCheck::acquired(std::int64_t t, const history::LeaseTold& told) {
  Item& item = items_.at(told.item);
  const bool asked_later = sent_of(told, t) >= item.ended_at;
  if (item.ended_at >= 0 && asked_later)
    docket_.tell(t, [&] {
      return Witness{
          fmt::format("item {}, {}", told.item, told.holder),
          {fmt::format("The platform said at {} that {} is \"{}\".", clock_text(item.ended_at), told.item, item.word),
           fmt::format("{} acquired it at {}.", told.holder, clock_text(t)), "What has ended is not worked on again.",
           std::string(kOurClock)},
          {{"item", std::string(told.item)}, {"holder", std::string(told.holder)}}};
    });
  if (item.allowed < 0) return;
  docket_.observe();
  ++item.attempts;
  item.attempt_list += fmt::format("  {} at {}{}.\n", told.holder, clock_text(t),
                                   told.token ? fmt::format(", with token {}", *told.token) : "");
  if (item.attempts <= item.allowed) return;
  docket_.tell(t, [&] {
    return Witness{fmt::format("item {}", told.item),
                   {fmt::format("{} may be retried {} times. It was acquired {} times, releases not counted:",
                                told.item, item.allowed - 1, item.attempts),
                    item.attempt_list.substr(0, item.attempt_list.size() - 1),
                    "An item is attempted at most once more than it may be retried.", std::string(kOurClock)},
                   {{"item", std::string(told.item)}}};
  });
}

/// A release is no attempt, from the moment that it was asked for.
void WorkItemsCheck::left(Item& item, std::string_view what) {
  if (what == "releasing") {
    ++item.leaving;
  } else if (item.leaving > 0) {
    --item.leaving;
    return;
  }
  if (item.attempts > 0) --item.attempts;
}

void WorkItemsCheck::finished(std::int64_t t, const history::WorkFinished& told) {
  Item& item = items_.at(told.item);
  docket_.observe();
  if (item.ended_at >= 0) {
    if (item.word == told.word) return;
    return docket_.tell(t, [&] {
      return Witness{
          fmt::format("item {}", told.item),
          {fmt::format("The platform said at {} that {} is \"{}\".", clock_text(item.ended_at), told.item, item.word),
           fmt::format("It says at {} that it is \"{}\".", clock_text(t), told.word),
           "Nothing leaves a terminal status.", std::string(kOurClock)},
          {{"item", std::string(told.item)}}};
    });
  }
  if (!is_end(told.word)) return;
  item.ended_at = t;
  item.word = told.word;
  const bool gave_up = told.word == "failed" || told.word == "expired";
  if (!gave_up || item.allowed < 0 || item.attempts >= item.allowed) return;
  docket_.tell(t, [&] {
    Witness witness{fmt::format("item {}", told.item),
                    {fmt::format("{} may be retried {} times. It is \"{}\" at {} after {} attempt{}{}", told.item,
                                 item.allowed - 1, told.word, clock_text(t), item.attempts,
                                 item.attempts == 1 ? "" : "s", item.attempt_list.empty() ? "." : ":")},
                    {{"item", std::string(told.item)}}};
    if (!item.attempt_list.empty()) witness.lines.push_back(item.attempt_list.substr(0, item.attempt_list.size() - 1));
    witness.lines.push_back(fmt::format("{} more would have been its right.", item.allowed - item.attempts));
    witness.lines.emplace_back(kOurClock);
    return witness;
  });
}

void WorkItemsCheck::swept(std::int64_t t, const history::Swept& told) {
  if (!told.expired_found || !told.recovered || !told.failed) return;
  docket_.observe();
  if (*told.expired_found == *told.recovered + *told.failed) return;
  docket_.tell(t, [&] {
    return Witness{"recovery sweep",
                   {fmt::format("A sweep at {} says that it found {} expired leases, recovered {} items, and that {} "
                                "have failed.",
                                clock_text(t), *told.expired_found, *told.recovered, *told.failed),
                    fmt::format("What it found it either recovers or gives up. The difference is {:+}.",
                                *told.recovered + *told.failed - *told.expired_found),
                    std::string(kOurClock)},
                   {}};
  });
}

void WorkItemsCheck::heard(const history::Event& event) {
  if (const auto* began = std::get_if<history::WorkBegan>(&event.body)) {
    if (began->max_retries) items_.at(began->item).allowed = *began->max_retries + 1;
  } else if (const auto* lease = std::get_if<history::LeaseTold>(&event.body)) {
    if (lease->what == "acquired") return acquired(event.t, *lease);
    if (lease->what == "releasing" || (lease->what == "released" && lease->accepted))
      left(items_.at(lease->item), lease->what);
  } else if (const auto* end = std::get_if<history::WorkFinished>(&event.body)) {
    finished(event.t, *end);
  } else if (const auto* sweep = std::get_if<history::Swept>(&event.body)) {
    swept(event.t, *sweep);
  }
}

}  // namespace oracle
