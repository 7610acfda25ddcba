#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::event {

struct ProcessOptions {
  std::vector<std::string> command;  ///< the program, looked for in PATH unless it has a slash, and its arguments
  std::vector<std::string> environment = {};  ///< all of it, as "NAME=value"; its PATH is the one that is searched
  std::string folder = {};                    ///< its current folder; empty: ours
  bool input = false;                         ///< it reads what write() gives; false: it reads nothing, at once
  /// Its standard streams are ours and it stays in our process group, as a shell's foreground program: it sees the same
  /// terminal, Ctrl-C included. Nothing is told of it but its end, and `input` means nothing.
  bool terminal = false;
};

/// How a process ended.
struct ProcessEnd {
  int exit_code = -1;  ///< -1 when a signal ended it
  int signal = 0;      ///< 0 when it ended by itself
};

enum class ProcessStream : std::uint8_t { output, errors };

/// What a process tells its owner, on the loop's thread. A call may destroy the process it came from.
class ProcessEvents {
 public:
  /// Bytes it wrote. They live until this returns.
  virtual void on_process_bytes(ProcessStream stream, std::string_view bytes) = 0;
  /// Nobody can write to this stream any more; once. May come after the end: programs it started may hold the stream.
  virtual void on_process_stream_end(ProcessStream stream) = 0;
  /// It ended, and nothing is left of it in the process table; once. What it wrote itself has been told before, except
  /// on a stream that is paused.
  virtual void on_process_end(const ProcessEnd& end) = 0;

 protected:
  ~ProcessEvents() = default;
};

/// A program of ours that runs beside us, leader of a process group of its own unless it has our terminal. Destroying
/// it kills the group, or it alone (SIGKILL), unless it ended before, and nothing is called afterwards. The kernel
/// kills it when the thread that started it ends, however that comes about (PR_SET_PDEATHSIG): no kill -9 of ours
/// leaves it behind, though perhaps programs that it started itself. One loop, one thread. Made by
/// Loop::start_process().
class Process {
 public:
  virtual ~Process() = default;

  virtual int pid() const = 0;
  /// Sends a signal to the process alone. False: it has ended.
  virtual bool send(int signal) = 0;
  /// Queues bytes for its input. False: nobody reads them, since it closed its input, ended, or never had one.
  virtual bool write(std::string_view bytes) = 0;
  /// Bytes queued by write() that the pipe has not taken.
  virtual std::size_t queued_bytes() const = 0;
  /// Its input ends after what is queued.
  virtual void close_input() = 0;
  /// Stops and restarts on_process_bytes(): a program that writes to a full pipe waits.
  virtual void pause(ProcessStream stream) = 0;
  virtual void resume(ProcessStream stream) = 0;
};

}  // namespace thresher::event
