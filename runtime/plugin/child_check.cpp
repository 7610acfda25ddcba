#include "plugin/child_check.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace thresher::plugin {
namespace {

constexpr std::size_t kPrintedKept = 4096;  ///< the end of what a child printed is what matters

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  bool open() { return pipe(ends.data()) == 0; }
  void close_end(std::size_t which) {
    if (ends[which] >= 0) close(std::exchange(ends[which], -1));
  }
  Pipe() = default;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
};

void write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = write(fd, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

[[noreturn]] void be_child(const std::function<ChildOutcome()>& work, int report, int printed) {
  for (const int fatal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM}) std::signal(fatal, SIG_DFL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  dup2(printed, STDOUT_FILENO);
  dup2(printed, STDERR_FILENO);
  const ChildOutcome outcome = work();
  write_whole(report, (outcome.passed ? "+" : "-") + outcome.text);
  _exit(0);  // not exit: what the parent registered with atexit is the parent's
}

/// Reads one pipe as far as it is filled. False at its end.
bool read_some(int fd, std::string& into, std::size_t keep) {
  std::array<char, 4096> part{};
  const ssize_t size = read(fd, part.data(), part.size());
  if (size < 0) return errno == EINTR;
  into.append(part.data(), static_cast<std::size_t>(size));
  if (into.size() > keep) into.erase(0, into.size() - keep);
  return size > 0;
}

/// Reads both pipes until the child has closed its report. False when the limit came first.
bool read_child(int report_fd, std::string& report, int printed_fd, std::string& printed,
                std::chrono::steady_clock::time_point until) {
  std::array<pollfd, 2> waiting{{{report_fd, POLLIN, 0}, {printed_fd, POLLIN, 0}}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    if (poll(waiting.data(), waiting.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
    if (waiting[1].revents != 0 && !read_some(printed_fd, printed, kPrintedKept)) waiting[1].fd = -1;
    if (waiting[0].revents != 0 && !read_some(report_fd, report, std::string::npos)) return true;
    waiting[0].revents = waiting[1].revents = 0;
  }
}

/// Appends the last line a child printed to how it ended.
std::string with_last_words(std::string ending, std::string_view printed) {
  const auto lines = split(printed, "\r\n");
  return lines.empty() ? ending : fmt::format("{}; its last words: {}", ending, lines.back());
}

}  // namespace

ChildOutcome run_in_child(const std::function<ChildOutcome()>& work, std::chrono::milliseconds limit) {
  Pipe report, printed;
  if (!report.open() || !printed.open()) return {false, fmt::format("no pipe: {}", std::strerror(errno))};
  std::fflush(nullptr);  // or the child would print again what waits in our buffers
  const pid_t child = fork();
  if (child < 0) return {false, fmt::format("no process: {}", std::strerror(errno))};
  if (child == 0) be_child(work, report.ends[1], printed.ends[1]);
  report.close_end(1);
  printed.close_end(1);

  std::string said, noise;
  const bool in_time =
      read_child(report.ends[0], said, printed.ends[0], noise, std::chrono::steady_clock::now() + limit);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!in_time) return {false, with_last_words(fmt::format("did not end within {}", format_duration(limit)), noise)};
  if (WIFSIGNALED(status)) {
    const char* name = sigabbrev_np(WTERMSIG(status));
    return {false, with_last_words(fmt::format("crashed with SIG{}", name ? name : "?"), noise)};
  }
  if (said.empty())
    return {false, with_last_words(fmt::format("ended the process with status {}", WEXITSTATUS(status)), noise)};
  return {said[0] == '+', said.substr(1)};
}

}  // namespace thresher::plugin
