#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace thresher::bindings {

/// What a kit answered: JSON text. ErrorCode::cancelled: refused, since the caller no longer holds what he writes to;
/// not_found: there is no such thing; any other: the kit could not do it.
using RecoveryAnswer = Result<std::string>;

/// One user's access to one recovery kit. Destroying it gives up the claims its user has taken and not settled, so that
/// who waits for them need not wait until they run out; leases stay until they do.
class RecoverySession {
 public:
  virtual ~RecoverySession() = default;

  /// Asks for one of the operations below; never waits. `answer` is called once what was asked for is on the disk,
  /// perhaps on another thread, perhaps before this returns, perhaps after the session is gone.
  ///
  /// `arguments` and answer are JSON; a state, input, output or response is JSON text inside a string. LEASE stands for
  /// {item, task, holder, fence}, as an answer to `lease` has them.
  ///
  /// | operation   | arguments                                         | answer                                   |
  /// |-------------|---------------------------------------------------|------------------------------------------|
  /// | checkpoint  | task, type, state, metadata, item, LEASE          | id, sequence_number, task, type, state,  |
  /// |             |                                                   | metadata, item, hash, created_at         |
  /// | last        | task                                              | the same, or null                        |
  /// | checkpoints | task, limit                                       | a list of them, oldest first             |
  /// | verify      | task                                              | ok, why                                  |
  /// | add         | task, type, input, priority, max_retries, id      | id                                       |
  /// | lease       | holder, seconds, task, type, id                   | item, task, holder, fence, input,        |
  /// |             |                                                   | retry_count, expires_at; or null         |
  /// | heartbeat   | LEASE, seconds                                    | as lease                                 |
  /// | complete    | LEASE, output                                     | true                                     |
  /// | give_up     | LEASE, why                                        | true                                     |
  /// | release     | LEASE                                             | true                                     |
  /// | item        | id                                                | an item's columns                        |
  /// | items       | task, status                                      | a list of them, oldest first             |
  /// | sweep       |                                                   | the sweep's statistics                   |
  /// | claim       | kind (cache, tool), key, request, lifetime,       | kind (execute, replay, in_flight,        |
  /// |             | patience                                          | mismatch), key, fence, response          |
  /// | settle      | key, fence, response                              | true                                     |
  /// | abandon     | key, fence, why                                   | true                                     |
  /// | task        | id                                                | status                                   |
  /// | set_task    | id, status                                        | true                                     |
  /// | statistics  |                                                   | see scripts/meta/thresher.lua            |
  /// | evidence    | items (of type artifact, file, command or row,    | holds, verified, missing                 |
  /// |             | subject, expected, seen, columns), at_least       |                                          |
  ///
  /// Lengths of time are seconds, moments seconds since 1970. A claim with an empty key gets one made of its request.
  virtual void ask(std::string_view operation, std::string arguments, std::function<void(RecoveryAnswer)> answer) = 0;
};

/// Where scripts get their recovery kits from; the program puts a store behind it. Any thread.
class RecoveryPort {
 public:
  virtual ~RecoveryPort() = default;

  /// `path`: the kit's file; empty: the default one. Opens nothing yet, so that whatever is wrong with the file is the
  /// first answer. `clock` is the asker's, and outlives the session.
  virtual std::unique_ptr<RecoverySession> open(const std::string& path, const Clock& clock) = 0;
};

}  // namespace thresher::bindings
