#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace thresher::plugin {

/// What a piece of work says in the end: `text` is why it failed, or what it found out.
struct ChildOutcome {
  bool passed = false;
  std::string text;
};

/// Runs `work` in a forked child and waits for its outcome. A child that crashes, exits or does not end within `limit`
/// (it is then killed) did not pass; the text says so, with the last line that it printed. The caller must have one
/// thread. What the child prints is not shown otherwise, and it leaves no core.
ChildOutcome run_in_child(const std::function<ChildOutcome()>& work, std::chrono::milliseconds limit);

}  // namespace thresher::plugin
