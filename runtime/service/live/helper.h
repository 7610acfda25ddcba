#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/loop.h"

namespace thresher::service {

/// The program that does the page's work: this very thresher, in a process of its own.
struct Program {
  std::string path;
  std::vector<std::string> environment;  ///< all of it, as "NAME=value"
};

/// What a helper came to.
struct HelperAnswer {
  int exit_code = -1;  ///< -1: a signal ended it
  std::string output, errors;
};

/// A command that is run for its answer and ends by itself: it reads scripts, which may do anything, so nothing of the
/// host depends on it. Destroying it kills it, and nothing is called afterwards. One loop, one thread.
class Helper {
 public:
  static constexpr std::size_t kMostOutput = std::size_t{8} << 20;  ///< bytes; more is an error

  /// `done` is called once, and not before this returns; it may destroy the helper. The error: it could not be started
  /// (io, not_found), did not end within `limit` (timeout), or wrote too much (io).
  static std::unique_ptr<Helper> start(event::Loop& loop, const Program& program, std::vector<std::string> arguments,
                                       Nanoseconds limit, std::function<void(Result<HelperAnswer>)> done);
  virtual ~Helper() = default;
};

}  // namespace thresher::service
