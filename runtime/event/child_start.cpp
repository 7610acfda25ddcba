#include "event/child_start.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace thresher::event {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";
constexpr int kFirstFree = 3;  // our descriptors stay clear of those that become the child's standard ones

/// Everything the child needs, made before the fork: between fork and exec only async-signal-safe calls are allowed,
/// since another thread may have held any lock.
struct ChildPlan {
  std::vector<std::string> candidates;  ///< paths of the program, in the order tried
  std::vector<char*> arguments, environment;
  const char* folder = nullptr;
  pid_t parent = -1;
  int input = -1, output = -1, errors = -1, news = -1;
  bool terminal = false;
};

enum class Step : int { prepare, folder, program };
struct BadNews {
  Step step;
  int error;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> candidates_for(const ProcessOptions& options) {
  const std::string& program = options.command.front();
  if (program.find('/') != std::string::npos) return {program};
  std::string_view path = kDefaultPath;
  for (const std::string& entry : options.environment)
    if (entry.starts_with("PATH=")) path = std::string_view(entry).substr(std::string_view("PATH=").size());
  std::vector<std::string> candidates;
  for (;;) {
    const std::size_t colon = path.find(':');
    const std::string_view folder = path.substr(0, colon);
    candidates.push_back(fmt::format("{}/{}", folder.empty() ? "." : folder, program));
    if (colon == std::string_view::npos) return candidates;
    path.remove_prefix(colon + 1);
  }
}

/// Reports to the parent and ends the child.
[[noreturn]] void give_up(const ChildPlan& plan, Step step) {
  const BadNews news{step, errno};
  static_cast<void>(!::write(plan.news, &news, sizeof(news)));
  ::_exit(127);
}

/// The child between fork and exec.
[[noreturn]] void become(const ChildPlan& plan) {
  // What we ignore or handle is not the program's: it starts as from a shell.
  for (int number = 1; number < NSIG; ++number)
    if (number != SIGKILL && number != SIGSTOP) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);

  if (!plan.terminal) ::setpgid(0, 0);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(plan, Step::prepare);
  if (::getppid() != plan.parent) ::_exit(127);  // it died before the kernel knew
  if (!plan.terminal && (::dup2(plan.input, STDIN_FILENO) < 0 || ::dup2(plan.output, STDOUT_FILENO) < 0 ||
                         ::dup2(plan.errors, STDERR_FILENO) < 0))
    give_up(plan, Step::prepare);
  if (plan.folder != nullptr && ::chdir(plan.folder) != 0) give_up(plan, Step::folder);

  int reason = ENOENT;
  for (const std::string& candidate : plan.candidates) {
    ::execve(candidate.c_str(), plan.arguments.data(), plan.environment.data());
    if (errno != ENOENT && errno != ENOTDIR) reason = errno;  // as the shell: what is there but cannot run is the news
  }
  errno = reason;
  give_up(plan, Step::program);
}

auto refused(const ProcessOptions& options, Step step, int error) {
  const std::string why = std::generic_category().message(error);
  if (step == Step::folder)
    return fail(ErrorCode::not_found,
                fmt::format("cannot start '{}' in the folder '{}': {}", options.command.front(), options.folder, why));
  return fail(error == ENOENT ? ErrorCode::not_found : ErrorCode::io,
              fmt::format("cannot start '{}': {}", options.command.front(), why));
}

struct Pipe {
  OwnedDescriptor read, write;
};

bool lift(OwnedDescriptor& descriptor) {
  if (descriptor.get() >= kFirstFree) return true;
  descriptor = OwnedDescriptor(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kFirstFree));
  return descriptor.get() >= 0;
}

bool open_pipe(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  pipe = {OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1])};
  return lift(pipe.read) && lift(pipe.write);
}

/// Our end. The other one stays as programs expect it.
bool stop_blocking(const OwnedDescriptor& descriptor) {
  return ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK) == 0;
}

/// Forks with all signals blocked, so that none of our handlers runs in the child.
pid_t fork_into(const ChildPlan& plan) {
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) become(plan);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pid;
}

/// The pipes that `options` wants, our ends not blocking; false: errno says why.
bool open_streams(const ProcessOptions& options, Pipe& input, Pipe& output, Pipe& errors) {
  if (options.terminal) return true;
  if (options.input) {
    if (!open_pipe(input)) return false;
  } else {
    input.read = OwnedDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (input.read.get() < 0 || !lift(input.read)) return false;
  }
  if (!open_pipe(output) || !open_pipe(errors)) return false;
  for (const OwnedDescriptor* ours : {&input.write, &output.read, &errors.read})
    if (ours->get() >= 0 && !stop_blocking(*ours)) return false;
  return true;
}

}  // namespace

OwnedDescriptor& OwnedDescriptor::operator=(OwnedDescriptor&& other) noexcept {
  const OwnedDescriptor old(std::exchange(descriptor_, other.release()));
  return *this;
}

OwnedDescriptor::~OwnedDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<StartedChild> start_child(const ProcessOptions& options) {
  Pipe input, output, errors, news;
  if (!open_streams(options, input, output, errors) || !open_pipe(news)) return refused(options, Step::prepare, errno);
  const ChildPlan plan{.candidates = candidates_for(options),
                       .arguments = pointers_to(options.command),
                       .environment = pointers_to(options.environment),
                       .folder = options.folder.empty() ? nullptr : options.folder.c_str(),
                       .parent = ::getpid(),
                       .input = input.read.get(),
                       .output = output.write.get(),
                       .errors = errors.write.get(),
                       .news = news.write.get(),
                       .terminal = options.terminal};
  const pid_t pid = fork_into(plan);
  if (pid < 0) return refused(options, Step::prepare, errno);
  news.write = OwnedDescriptor();
  BadNews told{};
  ssize_t size = -1;
  do size = ::read(news.read.get(), &told, sizeof(told));  // until exec closes it, or the child reports
  while (size < 0 && errno == EINTR);
  if (size == 0)
    return StartedChild{.pid = pid,
                        .input = std::move(input.write),
                        .output = std::move(output.read),
                        .errors = std::move(errors.read)};
  ::waitpid(pid, nullptr, 0);  // it has reported and ends
  return refused(options, told.step, told.error);
}

}  // namespace thresher::event
