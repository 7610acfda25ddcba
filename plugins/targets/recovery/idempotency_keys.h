#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "conduct.h"

namespace recovery {

/// What became of asking for a key.
///
/// | the key is        | and the request | outcome   |
/// |-------------------|-----------------|-----------|
/// | unknown, expired  |                 | execute   |
/// | failed            | is the same     | execute   |
/// | pending, ran out  | is the same     | execute   |
/// | pending           | is the same     | in_flight |
/// | completed         | is the same     | replay    |
/// | any               | is another      | mismatch  |
///
/// Asking and claiming are one step: of two who ask at once, one executes.
struct Claim {
  const char* outcome = "execute";
  std::int64_t token = 0;     ///< of an execute: proves the claim
  bool reclaimed = false;     ///< somebody claimed it before and did not complete it: the effect may have happened
  std::string response = {};  ///< of a replay, JSON
};

enum class KeyStatus : std::uint8_t { pending, completed, failed };
std::string_view name_of(KeyStatus status);

struct Key {
  std::string request_hash, response;
  KeyStatus status = KeyStatus::pending;
  std::int64_t token = 0;
  Time created_at{}, claimed_until{};
  std::optional<Time> expires_at;  ///< when what it gave is forgotten
  Time visible_from{};             ///< later than created_at only when asking and claiming are two steps
};

struct KeyStatistics {
  std::int64_t pending = 0, completed = 0, failed = 0;
};

/// Effects that must happen at most once.
class IdempotencyKeys {
 public:
  explicit IdempotencyKeys(const Conduct& conduct) : conduct_(conduct) {}

  /// `patience`: how long the claim keeps others out. `lifetime`: how long a result is kept.
  Claim check_or_create(const std::string& key, const std::string& request_hash, Time patience,
                        std::optional<Time> lifetime, Time now);
  /// Refused with 409 unless the claim is the key's latest and it is pending.
  void settle(const std::string& key, std::int64_t token, KeyStatus status, std::string response);
  const Key* find(const std::string& key, Time now) const;
  KeyStatistics statistics() const;
  void restart();

 private:
  const Conduct& conduct_;
  std::unordered_map<std::string, Key> keys_;
  std::deque<std::string> order_;  ///< of their making
};

}  // namespace recovery
