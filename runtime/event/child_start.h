#pragma once

// Used by uv_process.cpp only; not among the room's public headers.

#include <sys/types.h>

#include <utility>

#include "base/result.h"
#include "event/process.h"

namespace thresher::event {

/// A descriptor that is closed with its owner; -1: none.
class OwnedDescriptor {
 public:
  explicit OwnedDescriptor(int descriptor = -1) : descriptor_(descriptor) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : descriptor_(other.release()) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept;
  ~OwnedDescriptor();

  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

/// A program that runs, and our ends of its pipes, which do not block. Whoever has it waits for it.
struct StartedChild {
  pid_t pid = -1;
  OwnedDescriptor input;  ///< none when no input was asked for
  OwnedDescriptor output, errors;
};

/// Forks and runs the program; returns once it runs. libuv's uv_spawn has no place for what has to be said between fork
/// and exec: that the program dies with us.
Result<StartedChild> start_child(const ProcessOptions& options);

}  // namespace thresher::event
