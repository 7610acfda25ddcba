#include "support/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace thresher::support {

namespace fs = std::filesystem;

namespace {

/// Where programs under test keep what is theirs: never the developer's own folder.
std::string scratch_data_home() {
  static const ScratchFolder home;
  return home.path();
}

}  // namespace

Subprocess::Subprocess(std::vector<std::string> arguments, std::map<std::string, std::string> environment,
                       const std::string& folder) {
  const std::string data_home = scratch_data_home();
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
    setenv("XDG_DATA_HOME", data_home.c_str(), 1);
    setenv("XDG_RUNTIME_DIR", data_home.c_str(), 1);
    unsetenv("DATABASE_URL");
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
}

Subprocess::~Subprocess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_fd_ >= 0) close(out_fd_);
  if (err_fd_ >= 0) close(err_fd_);
}

void Subprocess::send(int signal_number) const { kill(pid_, signal_number); }

bool Subprocess::read_some(std::chrono::steady_clock::time_point until, const std::function<bool()>& enough) {
  while (!enough()) {
    std::array<pollfd, 2> waiting{{{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}}};
    if (out_fd_ < 0 && err_fd_ < 0) return false;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    if (poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0) continue;
    std::array<char, 65536> buffer{};
    const std::pair<int*, std::string*> streams[] = {{&out_fd_, &out_}, {&err_fd_, &err_}};
    for (std::size_t i = 0; i < 2; ++i) {
      if (*streams[i].first < 0 || waiting[i].revents == 0) continue;
      const ssize_t size = read(*streams[i].first, buffer.data(), buffer.size());
      if (size > 0) {
        streams[i].second->append(buffer.data(), static_cast<std::size_t>(size));
      } else {
        close(*streams[i].first);
        *streams[i].first = -1;
      }
    }
  }
  return true;
}

bool Subprocess::wait_for(const std::string& text, std::chrono::seconds limit) {
  return read_some(std::chrono::steady_clock::now() + limit,
                   [&] { return out_.find(text) != std::string::npos || err_.find(text) != std::string::npos; });
}

Finished Subprocess::finish(std::chrono::seconds limit) {
  read_some(std::chrono::steady_clock::now() + limit, [] { return false; });
  if (out_fd_ >= 0 || err_fd_ >= 0) kill(pid_, SIGKILL);  // it still holds its output open: the limit has passed
  Finished finished;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  finished.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  finished.out = std::move(out_);
  finished.err = std::move(err_);
  return finished;
}

std::string thresher_binary() { return std::string(THRESHER_BINARY_DIR) + "/thresher"; }

Finished run_thresher(std::vector<std::string> arguments, std::map<std::string, std::string> environment,
                      const std::string& folder) {
  arguments.insert(arguments.begin(), thresher_binary());
  return Subprocess(std::move(arguments), std::move(environment), folder).finish();
}

ScratchFolder::ScratchFolder() {
  std::string pattern = (fs::temp_directory_path() / "thresher-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder");
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& text) const {
  const fs::path file = fs::path(path_) / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

std::string ScratchFolder::read(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(fs::path(path_) / name, std::ios::binary).rdbuf();
  return text.str();
}

bool ScratchFolder::has(const std::string& name) const { return fs::exists(fs::path(path_) / name); }

}  // namespace thresher::support
