#include "store/recovery/effect_ledger.h"

#include <fmt/format.h>

#include "store/recovery/audit.h"
#include "store/recovery/joined_transaction.h"

namespace thresher::store {
namespace {

bool has_passed(const Value& at, std::int64_t now) {
  const auto* ns = std::get_if<std::int64_t>(&at);
  return ns != nullptr && *ns <= now;
}

}  // namespace

Result<Claim> EffectLedger::claim(const EffectRequest& request) {
  auto seen = standing(request);
  if (!seen || seen->kind == Claim::Kind::replay || seen->kind == Claim::Kind::mismatch) return seen;
  auto transaction = JoinedTransaction::begin(database_);
  if (!transaction) return fail(std::move(transaction.error()));
  seen = standing(request);  // again, now that nobody else can change it
  if (!seen || seen->kind != Claim::Kind::execute) return seen;
  ++seen->fence;
  const Moment now = clock_.now();
  auto taken = database_.execute(
      "INSERT INTO idempotency_keys (key, request_hash, status, response_data, fence, claim_boot, claim_until, "
      "created_at, "
      "expires_at) VALUES ($1, $2, 'pending', NULL, $3, $4, $5, $6, $7) ON CONFLICT (key) DO UPDATE SET request_hash = "
      "excluded.request_hash, status = 'pending', response_data = NULL, fence = excluded.fence, claim_boot = "
      "excluded.claim_boot, claim_until = excluded.claim_until, expires_at = excluded.expires_at",
      {request.key, request.request_hash, seen->fence, clock_.boot, (now.since_boot + request.patience).count(),
       stored(now.wall), request.lifetime ? Value(stored(now.wall + *request.lifetime)) : Value()});
  if (!taken) return fail(std::move(taken.error()));
  if (auto committed = transaction->commit(); !committed) return fail(std::move(committed.error()));
  return seen;
}

Result<Claim> EffectLedger::standing(const EffectRequest& request) {
  const Moment now = clock_.now();
  auto found = database_.execute(
      "SELECT status, request_hash, response_data, fence, claim_boot, claim_until, expires_at FROM idempotency_keys "
      "WHERE key = $1",
      {request.key});
  if (!found) return fail(std::move(found.error()));
  Claim claim{.kind = Claim::Kind::execute, .key = request.key, .fence = 0, .response = {}};
  if (found->rows.empty()) return claim;
  const std::vector<Value>& row = found->rows.front();
  const bool pending = std::get<std::string>(row[0]) == "pending";
  const auto* boot = std::get_if<std::string>(&row[4]);
  const bool ran_out = boot == nullptr || *boot != clock_.boot || has_passed(row[5], now.since_boot.count());
  claim.fence = std::get<std::int64_t>(row[3]);
  if (!pending && has_passed(row[6], stored(now.wall))) return claim;
  if (std::get<std::string>(row[1]) != request.request_hash) {
    claim.kind = Claim::Kind::mismatch;
  } else if (std::get<std::string>(row[0]) == "completed") {
    claim.kind = Claim::Kind::replay;
    claim.response = std::get<std::string>(row[2]);
  } else if (pending && !ran_out) {
    claim.kind = Claim::Kind::in_flight;
  }
  return claim;
}

Result<void> EffectLedger::settle(const Claim& claim, std::string_view status, std::string_view response) {
  auto settled = database_.execute(
      "UPDATE idempotency_keys SET status = $3, response_data = $4 WHERE key = $1 AND fence = $2 AND status = "
      "'pending'",
      {claim.key, claim.fence, std::string(status), std::string(response)});
  if (!settled) return fail(std::move(settled.error()));
  if (settled->changed > 0) return {};
  return fail(ErrorCode::cancelled,
              fmt::format("key '{}': claim {} took too long, and another has it since", claim.key, claim.fence));
}

Result<void> EffectLedger::complete(const Claim& claim, std::string_view response) {
  return settle(claim, "completed", response);
}

Result<void> EffectLedger::abandon(const Claim& claim, std::string_view why) { return settle(claim, "failed", why); }

Result<std::optional<std::string>> EffectLedger::look_up(std::string_view key) {
  auto found = database_.execute(
      "SELECT response_data FROM idempotency_keys WHERE key = $1 AND status = 'completed' AND "
      "(expires_at IS NULL OR expires_at > $2)",
      {std::string(key), stored(clock_.now().wall)});
  if (!found) return fail(std::move(found.error()));
  if (found->rows.empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::get<std::string>(found->rows.front().front()));
}

Result<EffectStatistics> EffectLedger::statistics() {
  auto counted = database_.execute("SELECT status, COUNT(*) FROM idempotency_keys GROUP BY status");
  if (!counted) return fail(std::move(counted.error()));
  EffectStatistics statistics;
  for (const std::vector<Value>& row : counted->rows) {
    const auto& status = std::get<std::string>(row[0]);
    (status == "pending"     ? statistics.pending
     : status == "completed" ? statistics.completed
                             : statistics.failed) = std::get<std::int64_t>(row[1]);
  }
  return statistics;
}

}  // namespace thresher::store
