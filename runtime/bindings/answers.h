#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "bindings/recovery_port.h"
#include "event/loop.h"

namespace thresher::bindings {

struct User;

/// Brings answers from other threads to the users of one worker who wait for them. One thread, that of the loop, except
/// for the functions expect() makes.
class Answers {
 public:
  /// `deliver` runs on the loop's thread, once for every answer somebody still waits for. `loop` outlives this.
  Answers(event::Loop& loop, std::function<void(User&, RecoveryAnswer)> deliver);
  ~Answers();
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  /// What is handed to whoever answers: called once, from any thread, at any time, also when this is gone.
  std::function<void(RecoveryAnswer)> expect(User& user);
  /// The user no longer waits: what comes is dropped.
  void forget(const User& user);

 private:
  /// Stands between an answer on its way and a worker that may have ended; shared by both.
  struct Gate {
    std::mutex mutex;
    event::Loop* loop = nullptr;  ///< nullptr: ended; under the mutex
    Answers* owner = nullptr;     ///< likewise, on the loop's thread
  };
  void arrived(std::uint64_t ticket, RecoveryAnswer answer);

  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  const std::function<void(User&, RecoveryAnswer)> deliver_;
  std::unordered_map<std::uint64_t, User*> waiting_;  ///< by ticket
  std::uint64_t tickets_ = 0;
};

}  // namespace thresher::bindings
