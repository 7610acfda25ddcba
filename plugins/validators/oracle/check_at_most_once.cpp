#include "oracle/check_at_most_once.h"

#include <fmt/format.h>

#include <utility>

namespace oracle {
namespace {

/// Where an earlier key or claim is spoken of, without a name nobody has told.
std::string whose(std::string_view holder) { return holder.empty() ? "a worker" : std::string(holder); }

}  // namespace

void AtMostOnceCheck::tell(std::int64_t t, std::string_view item, std::string_view key,
                           std::vector<std::string> lines) {
  docket_.tell(t, [&] {
    lines.emplace_back(kOurClock);
    return Witness{fmt::format("item {}, key {}", item, key),
                   std::move(lines),
                   {{"item", std::string(item)}, {"key", std::string(key)}}};
  });
}

void AtMostOnceCheck::executes(std::int64_t t, const history::ClaimTold& told, Key& key) {
  const bool running = !key.executor.empty() && t + docket_.run().clock_bound.count() < key.executes_until;
  if (key.completed || running)
    tell(t, told.item, told.key,
         {fmt::format("{} was told at {} to execute.", key.executor, clock_text(key.executes_since)),
          key.completed ? "It did, and the platform has the key's response."
          : key.executes_until == kForEver
              ? std::string("It has not said that it failed.")
              : fmt::format("Its claim stands until {}, and it has not said that it failed.",
                            clock_text(key.executes_until)),
          fmt::format("{} was told at {} to execute too.", whose(told.holder), clock_text(t)),
          "Of those who ask for a key one executes; the others wait for its response."});
  key.executor = whose(told.holder);
  key.executes_since = t;
  key.executes_until = earliest_end_of(told, t);
}

void AtMostOnceCheck::responded(std::int64_t t, const history::ClaimTold& told, Key& key) {
  if (told.response.empty()) return;
  if (key.response_at < 0) {
    key.response = told.response;
    key.response_at = t;
  } else if (key.response != told.response) {
    tell(t, told.item, told.key,
         {fmt::format("The key's response was \"{}\" at {}.", key.response, clock_text(key.response_at)),
          fmt::format("It was \"{}\" at {}.", told.response, clock_text(t)),
          "Whoever asks again is given what the one execution gave."});
  }
}

void AtMostOnceCheck::claimed(std::int64_t t, const history::ClaimTold& told) {
  docket_.observe();
  Key& key = items_.at(told.item).keys[std::string(told.key)];
  const bool refused = told.outcome == "mismatch", known = !key.hash.empty() && !told.hash.empty();
  if (key.hash.empty() && !refused) {
    key.hash = told.hash;
    key.hash_at = t;
  }
  if (known && refused == (key.hash == told.hash))
    tell(t, told.item, told.key,
         {fmt::format("At {} the key stood for the request {}.", clock_text(key.hash_at), key.hash),
          fmt::format("At {} {} asked under it for {}, and the answer was \"{}\".", clock_text(t), whose(told.holder),
                      told.hash, told.outcome),
          refused ? "That is the same request, and no mismatch."
                  : "That is another request, and one key stands for one request."});
  if (told.outcome == "execute") {
    executes(t, told, key);
  } else if (told.outcome == "failed") {
    key.executor.clear();
  } else if (told.outcome == "completed" || told.outcome == "replay") {
    key.completed = true;
    responded(t, told, key);
  }
}

void AtMostOnceCheck::effect_claimed(std::int64_t t, const history::EffectClaimed& told) {
  docket_.observe();
  Key& key = items_.at(told.item).keys[std::string(told.key)];
  key.claims.push_back({whose(told.holder), std::string(told.hash), t});
}

void AtMostOnceCheck::judge_effects(std::int64_t t, std::string_view item, const std::string& name, Key& key) {
  docket_.observe();
  if (!key.idempotent && key.effects.size() > key.told) {
    key.told = key.effects.size();
    std::vector<std::string> lines{
        fmt::format("The tool server's ledger has {} effects under the key:", key.effects.size())};
    for (const Seen& effect : key.effects)
      lines.push_back(fmt::format("  of task {}, attempt {}, at {} on the tool server's clock.", effect.task,
                                  effect.attempt, history::to_text(effect.at)));
    lines.emplace_back("The task is not idempotent, so it takes effect at most once.");
    tell(t, item, name, std::move(lines));
  }
  for (const Seen& effect : key.effects) {
    if (key.hash.empty() || effect.hash.empty() || effect.hash == key.hash) continue;
    tell(t, item, name,
         {fmt::format("At {} the key stood for the request {}.", clock_text(key.hash_at), key.hash),
          fmt::format("By the ledger the effect of attempt {}, at {} on the tool server's clock, had the payload {}.",
                      effect.attempt, history::to_text(effect.at), effect.hash),
          "What is done under a key is what was asked for under it."});
    return;  // one is proof enough; every reading of the ledger would show them all
  }
}

void AtMostOnceCheck::ledger_read(std::int64_t t, const history::LedgerRead& told) {
  Item& item = items_.at(told.item);
  item.ledger_read = true;
  for (auto& [name, key] : item.keys) key.effects.clear();
  for (const history::LedgerEntry& entry : *told.effects) {
    Key& key = item.keys[std::string(entry.key)];
    key.idempotent = entry.idempotent;
    key.effects.push_back({std::string(entry.task), std::string(entry.hash), entry.attempt, entry.at});
  }
  for (auto& [name, key] : item.keys) judge_effects(t, told.item, name, key);
}

void AtMostOnceCheck::finished(std::int64_t t, const history::WorkFinished& told) {
  Item& item = items_.at(told.item);
  if (!item.ledger_read || !history::has_succeeded(history::status_of(told.word))) return;
  for (const auto& [name, key] : item.keys) {
    docket_.observe();
    if (key.claims.empty() == key.effects.empty()) continue;
    if (key.effects.empty()) {
      tell(t, told.item, name,
           {fmt::format("{} says at {} that it did it, with the payload {}.", key.claims.front().holder,
                        clock_text(key.claims.front().t), key.claims.front().hash),
            "The tool server's ledger has no effect under the key.",
            fmt::format("The item is \"{}\" at {}, so every effect claimed was made.", told.word, clock_text(t))});
    } else {
      tell(
          t, told.item, name,
          {fmt::format("The tool server's ledger has an effect of task {}, attempt {}, at {} on its clock.",
                       key.effects.front().task, key.effects.front().attempt, history::to_text(key.effects.front().at)),
           "No worker says that it made it or found it made.",
           fmt::format("The item is \"{}\" at {}, so every effect made is accounted for.", told.word, clock_text(t))});
    }
  }
  item = {};
}

void AtMostOnceCheck::heard(const history::Event& event) {
  if (const auto* claim = std::get_if<history::ClaimTold>(&event.body)) return claimed(event.t, *claim);
  if (const auto* effect = std::get_if<history::EffectClaimed>(&event.body)) return effect_claimed(event.t, *effect);
  if (const auto* ledger = std::get_if<history::LedgerRead>(&event.body)) return ledger_read(event.t, *ledger);
  if (const auto* end = std::get_if<history::WorkFinished>(&event.body)) return finished(event.t, *end);
}

}  // namespace oracle
