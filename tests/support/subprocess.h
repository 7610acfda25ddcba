#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace thresher::support {

/// How a program ended and what it printed.
struct Finished {
  int exit_code = -1;  ///< -1 when a signal ended it
  int signal = 0;
  std::string out, err;
};

/// A program started with its output caught in pipes. Destroying it kills it, by its own id, and reaps it.
class Subprocess {
 public:
  /// `arguments[0]` is the program. `folder` is its current folder when not empty. Unless `environment` says otherwise
  /// its data home (XDG_DATA_HOME, where the run history lies) and its runtime folder (XDG_RUNTIME_DIR, where the sockets
  /// of runs lie) are a scratch folder, and there is no DATABASE_URL.
  explicit Subprocess(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {},
                      const std::string& folder = {});
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  void send(int signal_number) const;
  /// Reads until `text` stood in either stream, or the program ended, or `limit` passed. Whether it was seen.
  bool wait_for(const std::string& text, std::chrono::seconds limit = std::chrono::seconds(60));
  /// Reads to the end. After `limit` the program is killed: the result then names signal 9.
  Finished finish(std::chrono::seconds limit = std::chrono::seconds(100));
  pid_t pid() const { return pid_; }
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

 private:
  bool read_some(std::chrono::steady_clock::time_point until, const std::function<bool()>& enough);

  pid_t pid_ = -1;
  int out_fd_ = -1, err_fd_ = -1;
  std::string out_, err_;
};

/// Runs the built `thresher` with these arguments to its end.
Finished run_thresher(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {},
                      const std::string& folder = {});
/// The path of the built binary.
std::string thresher_binary();

/// A folder of its own for one test, removed with it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  /// Writes a file in it and returns its whole path.
  std::string write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  bool has(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace thresher::support
