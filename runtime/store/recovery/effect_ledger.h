#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/database.h"
#include "store/recovery/moment.h"

namespace thresher::store {

/// What became of asking for a key.
///
/// | the key is        | and the request | claim gives | its fence |
/// |-------------------|-----------------|-------------|-----------|
/// | unknown, expired  |                 | execute     | rises     |
/// | failed            | is the same     | execute     | rises     |
/// | pending, ran out  | is the same     | execute     | rises     |
/// | pending           | is the same     | in_flight   |           |
/// | completed         | is the same     | replay      |           |
/// | any               | is another      | mismatch    |           |
///
/// Asking and claiming are one step: of two who ask at once, one executes.
struct Claim {
  enum class Kind : std::uint8_t { execute, replay, in_flight, mismatch };
  Kind kind = Kind::execute;
  std::string key = {};
  std::int64_t fence = 0;     ///< with execute: proves the claim to complete() and abandon()
  std::string response = {};  ///< with replay
};

struct EffectRequest {
  std::string key;
  std::string request_hash;                        ///< sha256_of() what is asked for
  Nanoseconds patience = std::chrono::minutes(5);  ///< a claim that is still pending then is free to be taken
  std::optional<Nanoseconds> lifetime = {};        ///< of what it gives; empty: for ever
};

struct EffectStatistics {
  std::int64_t pending = 0, completed = 0, failed = 0;
};

/// Effects that must happen at most once, or are too dear to happen twice: idempotency keys, answers of a language
/// model, tool calls. Each call is atomic; inside a Transaction of the same database it becomes part of that.
/// ErrorCode::cancelled: the claim is no longer the caller's.
class EffectLedger {
 public:
  EffectLedger(Database& database, const RecoveryClock& clock) : database_(database), clock_(clock) {}

  Result<Claim> claim(const EffectRequest& request);
  /// What claim() would give, without claiming; with execute the fence proves nothing.
  Result<Claim> look(const EffectRequest& request) { return standing(request); }
  Result<void> complete(const Claim& claim, std::string_view response);
  /// It was tried and has no result: whoever asks next executes.
  Result<void> abandon(const Claim& claim, std::string_view why);
  /// What a key gave, without claiming it.
  Result<std::optional<std::string>> look_up(std::string_view key);
  Result<EffectStatistics> statistics();

 private:
  /// How the key stands: with execute, the fence of the claim before.
  Result<Claim> standing(const EffectRequest& request);
  Result<void> settle(const Claim& claim, std::string_view status, std::string_view response);

  Database& database_;
  const RecoveryClock& clock_;
};

}  // namespace thresher::store
