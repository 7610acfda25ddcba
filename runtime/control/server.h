#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "control/protocol.h"

namespace thresher::control {

/// Carries out an order and calls `done`, on any thread, perhaps later, exactly once; `result` as answer_line() has it.
/// Called on the server's thread, never for Order::Kind::watch.
using Obey = std::function<void(Order order, std::function<void(Result<std::string>)> done)>;

/// A run's end of its socket. All of it happens on a thread of its own; what the run tells is handed over as text.
///
/// Watchers get `begin` made from what was told so far: the last begin(), the points of the seconds, the last second
/// and the last log lines. The points of a run of any length stay within kPoints: when there are more, every other one
/// goes, and from then on every other one is kept.
class Server {
 public:
  static constexpr std::size_t kPoints = 3600;   ///< of the curves
  static constexpr std::size_t kLogLines = 500;  ///< that begin repeats
  /// Bytes that a slow watcher may lag before seconds and log lines are left out.
  static constexpr std::size_t kMostQueued = 4 << 20;

  /// Listens at `path`, which must not be served by a living process. The error names it.
  static Result<std::unique_ptr<Server>> start(const std::filesystem::path& path, Obey obey);
  /// Sends what is queued, for at most a second, and removes the socket.
  virtual ~Server() = default;

  // Any thread. All texts are JSON documents without line breaks.
  virtual void begin(std::string description) = 0;  ///< before anything else: the member `run` of `begin`
  /// `point` is a member of the digest, too. `digest` may be empty when nobody watches.
  virtual void second(std::string digest, std::string point) = 0;
  virtual void log(std::string line) = 0;
  virtual void end(std::string outcome) = 0;
  virtual bool watched() const = 0;  ///< somebody watches: the digest has to be there
};

}  // namespace thresher::control
