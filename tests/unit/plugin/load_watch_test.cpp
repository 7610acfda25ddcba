#include "plugin/load_watch.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <string>

#include "fakes.h"

using namespace thresher;

namespace {

struct Ended {
  int status = 0;
  std::string said;  ///< on standard error
};

/// Runs `work` in a child process.
template <class Work>
Ended in_child(Work&& work) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    for (const int fatal : {SIGSEGV, SIGABRT}) signal(fatal, SIG_DFL);  // Catch would report a test that crashed
    work();
    _exit(0);
  }
  close(ends[1]);
  Ended ended;
  std::array<char, 4096> part{};
  for (ssize_t size = 0; (size = read(ends[0], part.data(), part.size())) > 0;)
    ended.said.append(part.data(), static_cast<std::size_t>(size));
  close(ends[0]);
  REQUIRE(waitpid(child, &ended.status, 0) == child);
  return ended;
}

bool died(int status) { return WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 0); }

}  // namespace

TEST_CASE("a plugin that crashes while it is loaded is named before the process ends", "[plugin]") {
  const test::TemporaryFolder folder;
  const auto library =
      std::filesystem::canonical(folder.path()) / "crash.so";  // not loaded yet, whichever tests ran before
  std::filesystem::copy(fake_library("generator"), library);
  const Ended ended = in_child([&] {
    setenv("FAKE_PLUGIN_MODE", "crash_load", 1);
    plugin::Registry registry;
    static_cast<void>(registry.load(library));
  });
  CHECK(died(ended.status));
  const std::string words = "thresher: plugin \"" + library.string() + "\" crashed while it was being loaded\n";
  CHECK(ended.said.find(words) == 0);
  CHECK(ended.said.find("thresher: plugin", 1) == std::string::npos);  // said once
}

TEST_CASE("a crash after loading is none of the loader's business", "[plugin]") {
  const Ended ended = in_child([] {
    plugin::Registry registry;
    static_cast<void>(registry.load(fake_library("generator")));
    std::abort();
  });
  CHECK(died(ended.status));
  CHECK(ended.said.find("crashed while") == std::string::npos);
}
