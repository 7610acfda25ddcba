#include "idempotency_keys.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "refusal.h"

namespace recovery {

std::string_view name_of(KeyStatus status) {
  constexpr std::array<std::string_view, 3> kNames = {"pending", "completed", "failed"};
  return kNames.at(static_cast<std::size_t>(status));
}

const Key* IdempotencyKeys::find(const std::string& key, Time now) const {
  const auto found = keys_.find(key);
  if (found == keys_.end() || now < found->second.visible_from) return nullptr;
  return found->second.expires_at && *found->second.expires_at <= now ? nullptr : &found->second;
}

Claim IdempotencyKeys::check_or_create(const std::string& key, const std::string& request_hash, Time patience,
                                       std::optional<Time> lifetime, Time now) {
  const Defects& defects = conduct_.defects;
  const Key* known = find(key, now);
  if (known != nullptr) {
    if (known->request_hash != request_hash && !defects.hash_ignored) return {"mismatch"};
    if (known->status == KeyStatus::completed && !defects.no_replay) return {"replay", 0, false, known->response};
    if (known->status == KeyStatus::pending && now < known->claimed_until) return {"in_flight"};
  }
  const bool fresh = keys_.find(key) == keys_.end();
  Key& claimed = keys_[key];
  const Claim claim{"execute", claimed.token + 1, known != nullptr && known->status != KeyStatus::completed, {}};
  claimed = {.request_hash = request_hash,
             .response = {},
             .token = claim.token,
             .created_at = now,
             .claimed_until = now + patience,
             .expires_at = lifetime ? std::optional(now + *lifetime) : std::nullopt,
             .visible_from = defects.racing_check_or_create ? now + conduct_.race_window : now};
  if (fresh) order_.push_back(key);
  for (; order_.size() > conduct_.kept; order_.pop_front()) keys_.erase(order_.front());
  return claim;
}

void IdempotencyKeys::settle(const std::string& key, std::int64_t token, KeyStatus status, std::string response) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) throw Refusal{404, "not_found", fmt::format("there is no key {}", key)};
  // Where claiming is no single step there is no number that could tell two claims apart.
  const bool latest = found->second.token == token || conduct_.defects.racing_check_or_create;
  if (!latest || found->second.status != KeyStatus::pending) {
    if (conduct_.defects.racing_check_or_create) return;
    throw Refusal{409, "stale_claim",
                  fmt::format("claim {} of key {} is not its pending one: it is {}, by claim {}", token, key,
                              name_of(found->second.status), found->second.token)};
  }
  found->second.status = status;
  found->second.response = std::move(response);
}

KeyStatistics IdempotencyKeys::statistics() const {
  KeyStatistics statistics;
  for (const auto& [key, each] : keys_)
    ++(each.status == KeyStatus::pending     ? statistics.pending
       : each.status == KeyStatus::completed ? statistics.completed
                                             : statistics.failed);
  return statistics;
}

void IdempotencyKeys::restart() {
  if (!conduct_.defects.forgotten_keys) return;
  for (auto& [key, each] : keys_)
    if (each.status == KeyStatus::completed) each.expires_at = Time::min();
}

}  // namespace recovery
