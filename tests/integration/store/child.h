#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <utility>

namespace thresher::store {

/// A child process of this test that does `work` and says what went wrong, if anything, through a pipe. Killed and
/// waited for with the object.
class Child {
 public:
  /// `work` writes lines to its argument.
  explicit Child(const std::function<void(int out)>& work) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      try {
        work(ends[1]);
      } catch (const std::exception& problem) {
        say(ends[1], problem.what());
        ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    end();
    ::close(out_);
  }

  static void say(int out, const std::string& line) {
    const std::string text = line + "\n";
    if (::write(out, text.data(), text.size()) < 0) ::_exit(2);
  }
  /// The next line, or nothing when it has ended.
  std::string line() {
    std::string text;
    char c = 0;
    while (::read(out_, &c, 1) == 1 && c != '\n') text += c;
    return text;
  }
  /// Dead on return, and not yet waited for: its process is still in the table.
  void kill() const {
    ::kill(pid_, SIGKILL);
    siginfo_t unused{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &unused, WEXITED | WNOWAIT);
  }
  /// Its exit code; -1 when a signal ended it.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  void end() {
    if (pid_ <= 0) return;
    kill();
    wait();
  }
  pid_t pid_ = -1;
  int out_ = -1;
};

/// Several children that begin at once: each waits for open().
class Gate {
 public:
  Gate() { REQUIRE(::pipe(ends_.data()) == 0); }
  ~Gate() { ::close(ends_[0]); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// In a child.
  void wait() const {
    ::close(ends_[1]);
    char unused = 0;
    (void)!::read(ends_[0], &unused, 1);  // until the parent closes its end
  }
  void open() const { ::close(ends_[1]); }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace thresher::store
