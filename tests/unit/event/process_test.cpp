// Programs started on a real loop. Nothing here waits by the clock: everything waits for something the program does.
#include "event/process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>

#include "event/timer.h"
#include "event/uv_loop.h"
#include "event/virtual_world.h"

using namespace thresher;
using namespace thresher::event;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// A program and everything it told.
struct Child final : ProcessEvents {
  explicit Child(ProcessOptions options) {
    if (options.environment.empty()) options.environment = {"PATH=/usr/bin:/bin", "GREETING=hello"};
    auto started = loop->start_process(options, *this);
    if (!started) FAIL(to_text(started.error()));
    process = std::move(*started);
  }
  static ProcessOptions shell(const std::string& script, bool input = false) {
    return {.command = {"sh", "-c", script}, .environment = {}, .folder = {}, .input = input};
  }

  void on_process_bytes(ProcessStream stream, std::string_view bytes) override {
    (stream == ProcessStream::output ? output : errors) += bytes;
    look();
  }
  void on_process_stream_end(ProcessStream) override {
    ++streams_ended;
    look();
  }
  void on_process_end(const ProcessEnd& how) override {
    end = how;
    output_at_end = output.size();
    look();
  }
  void look() {
    if (done && done()) loop->stop();
  }
  void run_until(std::function<bool()> condition) {
    done = std::move(condition);
    if (done()) return;
    Timer limit(loop->timers(), [this](TimePoint) {
      late = true;
      loop->stop();
    });
    limit.start_at(loop->now() + 60s);
    loop->run();
    REQUIRE_FALSE(late);
  }
  void run_to_end() {
    run_until([this] { return end && streams_ended == 2; });
  }

  std::unique_ptr<Loop> loop = make_uv_loop();
  std::string output, errors;
  int streams_ended = 0;
  std::optional<ProcessEnd> end;
  std::size_t output_at_end = 0;
  std::function<bool()> done;
  bool late = false;
  std::unique_ptr<Process> process;
};

/// Whether a process of this id exists: neither reaped nor unknown.
bool exists(int pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

/// Runs the loop until no process has the id.
void run_until_gone(Loop& loop, int pid) {
  int looks = 0;
  Timer look(loop.timers(), [&](TimePoint now) {
    if (!exists(pid) || ++looks > 10'000) return loop.stop();
    look.start_at(now + 1ms);
  });
  look.start_at(loop.now());
  loop.run();
  CHECK_FALSE(exists(pid));
}

}  // namespace

TEST_CASE("a program's two streams and its exit code arrive apart", "[event][process]") {
  Child child(Child::shell("echo $GREETING; echo trouble >&2; exit 7"));
  CHECK(child.process->pid() > 0);
  child.run_to_end();
  CHECK(child.output == "hello\n");
  CHECK(child.errors == "trouble\n");
  CHECK(child.end->exit_code == 7);
  CHECK(child.end->signal == 0);
  CHECK_FALSE(child.process->send(SIGTERM));
}

TEST_CASE("what a program wrote is told before its end", "[event][process]") {
  for (int round = 0; round < 20; ++round) {
    Child child(Child::shell("head -c 60000 /dev/zero"));
    child.run_until([&] { return child.end.has_value(); });
    CHECK(child.output_at_end == 60'000);
  }
}

TEST_CASE("a program reads what it is given, megabytes of it, and then the end", "[event][process]") {
  Child child(Child::shell("wc -c", true));
  const std::string text(3'000'000, 'x');
  CHECK(child.process->write(text));
  CHECK(child.process->write(text));
  CHECK(child.process->queued_bytes() > 0);
  child.process->close_input();
  CHECK_FALSE(child.process->write("late"));
  child.run_to_end();
  CHECK_THAT(child.output, Contains("6000000"));
}

TEST_CASE("a program without input reads an end at once", "[event][process]") {
  Child child(Child::shell("cat; echo over"));
  CHECK_FALSE(child.process->write("nobody reads this"));
  child.run_to_end();
  CHECK(child.output == "over\n");
}

TEST_CASE("a signal that ended a program is named", "[event][process]") {
  Child child(Child::shell("echo ready; while :; do sleep 60; done"));
  child.run_until([&] { return child.output == "ready\n"; });
  CHECK(child.process->send(SIGKILL));
  child.run_until([&] { return child.end.has_value(); });
  CHECK(child.end->signal == SIGKILL);
  CHECK(child.end->exit_code == -1);
}

TEST_CASE("a stream that is paused keeps its program waiting", "[event][process]") {
  Child child(Child::shell("head -c 2000000 /dev/zero; echo done >&2"));
  child.process->pause(ProcessStream::output);
  int ticks = 0;
  Timer later(child.loop->timers(), [&](TimePoint now) {
    if (++ticks == 20) return child.process->resume(ProcessStream::output);
    CHECK(child.output.empty());
    CHECK(child.errors.empty());
    later.start_at(now + 1ms);
  });
  later.start_at(child.loop->now());
  child.run_to_end();
  CHECK(child.output.size() == 2'000'000);
  CHECK(child.errors == "done\n");
}

TEST_CASE("a program's owner who goes takes it along, with what it started", "[event][process]") {
  Child child(Child::shell("sleep 1000 & echo $!; wait"));
  child.run_until([&] { return child.output.ends_with("\n"); });
  const int pid = child.process->pid(), its_child = std::stoi(child.output);
  CHECK(exists(its_child));
  child.process.reset();
  run_until_gone(*child.loop, pid);  // reaped by the loop, which lives on
  child.loop.reset();
  // Somebody else adopts it, and may leave it a zombie, which has no program any more.
  const std::string program = "/proc/" + std::to_string(its_child) + "/exe";
  const auto runs = [&] {
    std::error_code gone;
    return !std::filesystem::read_symlink(program, gone).empty();
  };
  for (int looks = 0; looks < 1'000'000 && runs(); ++looks) std::this_thread::yield();
  CHECK_FALSE(runs());
}

TEST_CASE("a loop that ends reaps the programs that were still running", "[event][process]") {
  int pid = 0;
  {
    Child child(Child::shell("echo ready; sleep 1000"));
    child.run_until([&] { return child.output == "ready\n"; });
    pid = child.process->pid();
  }  // the process first, then the loop
  CHECK_FALSE(exists(pid));
}

TEST_CASE("a program dies with the thread that started it", "[event][process]") {
  static Child* child = nullptr;  // never destroyed: as when its owner crashed
  int pid = 0;
  std::thread starter([&pid] {
    child = new Child(Child::shell("echo ready; sleep 1000"));
    child->run_until([&] { return child->output == "ready\n"; });
    pid = child->process->pid();
  });
  starter.join();
  siginfo_t how{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &how, WEXITED) == 0);
  CHECK(how.si_code == CLD_KILLED);
  CHECK(how.si_status == SIGKILL);
}

TEST_CASE("a call from a process may destroy it", "[event][process]") {
  const auto loop = make_uv_loop();
  struct Impatient final : ProcessEvents {
    Loop& loop;
    std::unique_ptr<Process> process;
    std::string_view at;
    explicit Impatient(Loop& its_loop) : loop(its_loop) {}
    void leave(std::string_view here) {
      if (here != at || !process) return;
      process.reset();
      loop.stop();
    }
    void on_process_bytes(ProcessStream, std::string_view) override { leave("bytes"); }
    void on_process_stream_end(ProcessStream) override { leave("stream end"); }
    void on_process_end(const ProcessEnd&) override { leave("end"); }
  };
  for (const std::string_view at : {"bytes", "stream end", "end"}) {
    Impatient impatient(*loop);
    impatient.at = at;
    auto started = loop->start_process({.command = {"/bin/sh", "-c", "echo hello"}}, impatient);
    REQUIRE(started);
    impatient.process = std::move(*started);
    loop->run();
    CHECK_FALSE(impatient.process);
  }
}

TEST_CASE("what cannot be started is named", "[event][process]") {
  struct Deaf final : ProcessEvents {
    void on_process_bytes(ProcessStream, std::string_view) override { FAIL("nothing runs"); }
    void on_process_stream_end(ProcessStream) override { FAIL("nothing runs"); }
    void on_process_end(const ProcessEnd&) override { FAIL("nothing runs"); }
  } deaf;
  const auto loop = make_uv_loop();
  const auto error_of = [&](ProcessOptions options) {
    const auto started = loop->start_process(options, deaf);
    REQUIRE_FALSE(started);
    return started.error().message;
  };
  CHECK(error_of({.command = {"no-such-program"}}) == "cannot start 'no-such-program': No such file or directory");
  CHECK(error_of({.command = {"/etc/passwd"}}) == "cannot start '/etc/passwd': Permission denied");
  CHECK(error_of({.command = {"true"}, .folder = "/nowhere"}) ==
        "cannot start 'true' in the folder '/nowhere': No such file or directory");
  CHECK(error_of({.command = {"sh"}, .environment = {"PATH=/nowhere"}}) ==
        "cannot start 'sh': No such file or directory");
}

TEST_CASE("a rehearsal starts no programs", "[event][process]") {
  struct Deaf final : ProcessEvents {
    void on_process_bytes(ProcessStream, std::string_view) override {}
    void on_process_stream_end(ProcessStream) override {}
    void on_process_end(const ProcessEnd&) override {}
  } deaf;
  VirtualWorld world;
  const auto loop = world.make_loop();
  const auto started = loop->start_process({.command = {"true"}}, deaf);
  REQUIRE_FALSE(started);
  CHECK_THAT(started.error().message, Contains("a rehearsal starts no processes"));
}

TEST_CASE("a program that has our terminal stays in our process group, and only its end is told", "[event][process]") {
  ProcessOptions options = Child::shell("exit 7");
  options.terminal = true;
  Child child(std::move(options));
  child.run_until([&] { return child.end.has_value(); });
  CHECK(child.end->exit_code == 7);
  CHECK(child.streams_ended == 0);
  CHECK_FALSE(child.process->write("nobody reads this"));
  child.process->pause(ProcessStream::output);
  child.process->resume(ProcessStream::errors);

  options = {.command = {"sleep", "1000"}, .environment = {}, .folder = {}};
  options.terminal = true;
  Child sleeper(std::move(options));
  const int pid = sleeper.process->pid();
  CHECK(::getpgid(pid) == ::getpgrp());
  sleeper.process.reset();  // it alone, and not the group, which is ours
  run_until_gone(*sleeper.loop, pid);
}
