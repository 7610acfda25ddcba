#include "report/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Kind = engine::RunEvent::Kind;

namespace {

/// Where a Terminal writes in a test. Not a terminal, so the Look's size stays as given.
class Pipe {
 public:
  Pipe() { REQUIRE(::pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC) == 0); }
  ~Pipe() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writing_end() const { return ends_[1]; }
  void stop_reading() {
    ::close(ends_[0]);
    ends_[0] = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  /// What was written since the last call.
  std::string text() const {
    std::array<char, 65536> room;
    const ssize_t size = ::read(ends_[0], room.data(), room.size());
    return size > 0 ? std::string(room.data(), static_cast<std::size_t>(size)) : std::string();
  }

 private:
  std::array<int, 2> ends_{};
};

Terminal::Options options_for(const Pipe& pipe, Terminal::Mode mode, std::size_t width = 80) {
  Terminal::Options options;
  options.descriptor = pipe.writing_end();
  options.mode = mode;
  options.look.width = width;
  return options;
}

std::size_t lines_in(const std::string& text) {
  std::size_t lines = 0;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  return lines;
}

}  // namespace

TEST_CASE("when nobody watches, a line comes every few seconds and events as they come", "[unit][report][terminal]") {
  const Pipe pipe;
  FakeRun fake;
  Terminal terminal(fake.run, options_for(pipe, Terminal::Mode::plain));
  std::string text;
  for (int second = 0; second < 11; ++second) {
    fake.request({.duration = 14ms}, 10);
    terminal.on_second(fake.second());
    if (second == 6) terminal.on_event({Kind::script_error, {}, "login.lua:42: no\nstack traceback:\n\tlogin.lua:42"});
    if (second == 6) terminal.on_event({Kind::phase_changed, {}, "stopping"});
  }
  CHECK(pipe.text() ==
        "[00:01] users 10/10  rps 10.0  p95 14.0 ms  failures 0 (0.0%)\n"
        "[00:05] users 10/10  rps 10.0  p95 14.0 ms  failures 0 (0.0%)\n"
        "[00:07] script error: login.lua:42: no\n"
        "stack traceback:\n"
        " login.lua:42\n"
        "[00:10] users 10/10  rps 10.0  p95 14.0 ms  failures 0 (0.0%)\n");
}

TEST_CASE("each frame is drawn over the one before", "[unit][report][terminal]") {
  const Pipe pipe;
  FakeRun fake;
  fake.request({.duration = 14ms}, 10);
  Terminal terminal(fake.run, options_for(pipe, Terminal::Mode::live));
  terminal.on_second(fake.second());
  const std::string first = pipe.text();
  CHECK(first.find("light  [") == 0);
  terminal.on_second(fake.second());
  CHECK(pipe.text().find("\r\x1b[" + std::to_string(lines_in(first)) + "A\x1b[Jlight  [") == 0);
}

TEST_CASE("an event appears above the live view, which is drawn again below it", "[unit][report][terminal]") {
  const Pipe pipe;
  FakeRun fake;
  Terminal terminal(fake.run, options_for(pipe, Terminal::Mode::live));
  terminal.on_event({Kind::note, {}, "before any frame"});
  CHECK(pipe.text() == "note: before any frame\n");
  terminal.on_second(fake.second());
  const std::string frame = pipe.text();
  terminal.on_event({Kind::script_output, {}, "printed\x1b[2J by a script"});
  const std::string up = "\r\x1b[" + std::to_string(lines_in(frame)) + "A\x1b[J";
  CHECK(pipe.text() == up + "printed?[2J by a script\n" + frame);
  terminal.on_event({Kind::threshold_crossed, {}, "http_reqs: count>1 failed at 0"});
  CHECK(pipe.text() == up + "threshold http_reqs: count>1 failed at 0\n" + frame);
}

TEST_CASE("the report replaces the live view, and the conclusion follows it", "[unit][report][terminal]") {
  const Pipe pipe;
  EventfulRun fake;
  Terminal terminal(fake.run, options_for(pipe, Terminal::Mode::live));
  terminal.on_second(fake.snapshot());
  const std::string frame = pipe.text();
  terminal.on_finish(fake.snapshot());
  CHECK(pipe.text().find("\r\x1b[" + std::to_string(lines_in(frame)) + "A\x1b[J\nRequests\n") == 0);
  terminal.on_event({Kind::note, {}, "late"});
  CHECK(pipe.text() == "note: late\n");
  terminal.conclude(fake.summary(), judge(facts_of(fake.snapshot()), fake.summary()), {"out/a.json"});
  const std::string conclusion = pipe.text();
  CHECK(conclusion.find("\nVerdict    NO_DATA: ") == 0);
  CHECK(conclusion.find("Written    out/a.json\n") != std::string::npos);
}

TEST_CASE("quiet says the verdict and nothing else", "[unit][report][terminal]") {
  const Pipe pipe;
  FakeRun fake;
  Terminal terminal(fake.run, options_for(pipe, Terminal::Mode::quiet));
  terminal.on_event({Kind::script_error, {}, "login.lua:42: no"});
  terminal.on_second(fake.second());
  terminal.on_finish(fake.snapshot());
  terminal.conclude(fake.summary(), judge(facts_of(fake.snapshot()), fake.summary()), {"out/a.json"});
  CHECK(pipe.text() == "FINISHED: no threshold was set, and no request came to its end\n");
}

TEST_CASE("a reader that goes away does not end the run", "[unit][report][terminal]") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  FakeRun fake;
  Terminal terminal(fake.run, options_for(pipe, Terminal::Mode::live));
  pipe.stop_reading();
  terminal.on_second(fake.second());
  terminal.on_second(fake.second());
  terminal.on_finish(fake.snapshot());
  std::signal(SIGPIPE, before);
}

TEST_CASE("what is not a terminal gets plain lines without colour", "[unit][report][terminal]") {
  const Pipe pipe;
  const Terminal::Options options = Terminal::detect(pipe.writing_end(), false, false);
  CHECK(options.mode == Terminal::Mode::plain);
  CHECK_FALSE(options.look.color);
  CHECK(Terminal::detect(pipe.writing_end(), true, false).mode == Terminal::Mode::quiet);
}

TEST_CASE("a real terminal gets the live view, in colour unless told otherwise", "[unit][report][terminal]") {
  const int controller = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (controller < 0 || ::grantpt(controller) != 0 || ::unlockpt(controller) != 0) {
    WARN("no pseudo terminals on this machine");
    return;
  }
  const int terminal = ::open(::ptsname(controller), O_RDWR | O_NOCTTY);
  REQUIRE(terminal >= 0);
  const char* kind = std::getenv("TERM");
  const std::optional<std::string> kind_before = kind == nullptr ? std::nullopt : std::optional<std::string>(kind);
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "xterm", 1);
  CHECK(Terminal::detect(terminal, false, false).mode == Terminal::Mode::live);
  CHECK(Terminal::detect(terminal, false, false).look.color);
  CHECK_FALSE(Terminal::detect(terminal, false, true).look.color);
  ::setenv("NO_COLOR", "1", 1);
  CHECK_FALSE(Terminal::detect(terminal, false, false).look.color);
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  CHECK(Terminal::detect(terminal, false, false).mode == Terminal::Mode::plain);
  kind_before ? ::setenv("TERM", kind_before->c_str(), 1) : ::unsetenv("TERM");
  ::close(terminal);
  ::close(controller);
}

TEST_CASE("the first locale variable set decides about Unicode", "[unit][report][terminal]") {
  CHECK(locale_has_unicode(nullptr, nullptr, nullptr));
  CHECK(locale_has_unicode("", nullptr, "en_GB.UTF-8"));
  CHECK(locale_has_unicode(nullptr, nullptr, "C.utf8"));
  CHECK_FALSE(locale_has_unicode(nullptr, nullptr, "C"));
  CHECK_FALSE(locale_has_unicode("POSIX", nullptr, "en_GB.UTF-8"));
  CHECK_FALSE(locale_has_unicode(nullptr, "en_GB.ISO-8859-1", "en_GB.UTF-8"));
}
