// Programs that scripts start: thresher.process, and the tool ledger.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "script_run.h"

using Catch::Matchers::Contains;
using thresher::support::Finished;
using thresher::support::ScratchFolder;
using thresher::support::Subprocess;
using namespace thresher::test;

namespace {

/// Runs a body that prints, and gives everything that was said; the run has to end well.
std::string said_by(const ScratchFolder& folder, const std::string& body) {
  const Finished run = run_once(folder, body);
  INFO(run.out << run.err);
  CHECK(ended_well(run));
  return run.out + run.err;
}

/// Whether a process of this id runs a program: a zombie does not.
bool runs(const std::string& pid) {
  std::error_code gone;
  return !std::filesystem::read_symlink("/proc/" + pid + "/exe", gone).empty();
}

/// Whether it ends, having been killed: the kernel does that in its own time.
bool ends(const std::string& pid) {
  for (int looks = 0; looks < 1'000'000 && runs(pid); ++looks) std::this_thread::yield();
  return !runs(pid);
}

/// The word behind `before` in what was printed.
std::string word_after(const std::string& text, const std::string& before) {
  const std::size_t at = text.find(before);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + before.size();
  return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

}  // namespace

TEST_CASE("a script talks with the program it started", "[integration][process]") {
  const ScratchFolder folder;
  const std::string said = said_by(folder, R"(
    local child = assert(thresher.process { cmd = { 'sh', '-c', 'while read line; do echo "$GREETING $line"; done; echo over >&2; exit 3' },
      env = { GREETING = 'hello' }, stdin = true })
    print('pid', child.pid > 0)
    print('write', child:write 'one\ntwo\n')
    print('lines', child:read_line(30), child:read_line(30))
    print('none', child:read_line(0.01))
    child:write 'three\n'
    child:close_stdin()
    print('last', child:read_line(), child:read_line())
    local ended = child:wait()
    print('ended', ended.exit_code, ended.signal, child:errors())
    print('again', child:wait().exit_code, child:kill())
    print('write to nobody', child:write 'x'))");
  for (const char* line :
       {"pid true", "write true", "lines hello one hello two", "none nil timeout", "last hello three nil end",
        "ended 3 nil over", "again 3 nil it has ended", "write to nobody nil nobody reads it"})
    CHECK_THAT(said, Contains(line));
}

TEST_CASE("waiting has a limit, and a kill is seen as one", "[integration][process]") {
  const ScratchFolder folder;
  const std::string said = said_by(folder, R"(
    local child = thresher.process { cmd = { 'sleep', '1000' } }
    print('not yet', child:wait(0.01))
    print('stop', child:kill 'STOP', child:kill(18))
    print('kill', child:kill(), child:wait().signal)
    print('none', thresher.process { cmd = { 'no-such-program' } })
    local other = thresher.process { cmd = { 'pwd' }, cwd = '/' }
    other:wait()
    print('where', other:output()))");
  for (const char* line : {"not yet nil timeout", "stop true true", "kill true 9",
                           "none nil cannot start 'no-such-program': No such file or directory", "where /"})
    CHECK_THAT(said, Contains(line));
}

TEST_CASE("a script takes more than is kept, in its own time", "[integration][process]") {
  const ScratchFolder folder;
  const std::string said = said_by(folder, R"(
    local child = thresher.process { cmd = { 'sh', '-c', 'yes 0123456789012345678901234567890 | head -n 1000000' } }
    local bytes, lines = 0, 0
    print('full', child:wait(0.2))
    for i = 1, 10 do lines = lines + (child:read_line() == '0123456789012345678901234567890' and 1 or 0) end
    local line, why
    repeat
      bytes = bytes + #child:output()
      line, why = child:read_line()
      if line then bytes = bytes + #line + 1 end
    until why == 'end'
    print('took', lines, bytes))");
  CHECK_THAT(said, Contains("full nil"));
  CHECK_THAT(said, Contains("took 10 31999680"));
}

TEST_CASE("a tool runs once, and is replayed by every later process", "[integration][process]") {
  const ScratchFolder folder;
  const std::string body = R"(
    local tool = thresher.tool { cmd = 'echo run >> ran; echo out; echo err >&2; exit 4', key = 'the key' }
    print('tool', tool.output, tool.errors, tool.exit_code, tool.replayed)
    local bytes = thresher.tool { cmd = { 'printf', '\\377\\0ok' } }
    print('bytes', bytes.output == '\239\191\189\0ok', bytes.replayed)
    local s = kit:statistics()
    print('counts', s.tool_executions, s.tool_replays, s.keys.completed))";
  const std::string first = said_by(folder, body), second = said_by(folder, body);
  CHECK_THAT(first, Contains("tool out\n err\n 4 false"));
  CHECK_THAT(first, Contains("bytes true false"));
  CHECK_THAT(first, Contains("counts 2 0 2"));
  CHECK_THAT(second, Contains("tool out\n err\n 4 true"));
  CHECK_THAT(second, Contains("bytes true true"));
  CHECK_THAT(second, Contains("counts 0 2 2"));
  CHECK(folder.read("ran") == "run\n");
}

TEST_CASE("a tool that could not be run to its end is run again", "[integration][process]") {
  const ScratchFolder folder;
  const std::string said = said_by(folder, R"(
    for i = 1, 2 do
      local late = thresher.tool { cmd = 'echo run >> ran; exec sleep 1000', timeout = 0.2 }
      print('late', late.timed_out, late.exit_code, late.replayed)
      local none = thresher.tool { cmd = { 'no-such-program' } }
      print('none', none.exit_code, none.errors, none.replayed)
    end
    print('other', pcall(thresher.tool, { cmd = 'true', key = 'k' }))
    print('mismatch', pcall(thresher.tool, { cmd = 'false', key = 'k' }))
    local much = thresher.tool { cmd = 'yes | head -c 2000000' }
    print('much', #much.output, much.cut)
    print('left', kit:statistics().keys.pending))");
  CHECK_THAT(said, Contains("late true nil false"));
  CHECK_THAT(said, Contains("none 127 cannot start 'no-such-program': No such file or directory false"));
  CHECK_THAT(said, Contains("mismatch false ") && Contains("the key 'k' stands for another request"));
  CHECK_THAT(said, Contains("much 1048576 true"));
  CHECK_THAT(said, Contains("left 0"));
  CHECK(folder.read("ran") == "run\nrun\n");
}

TEST_CASE("a program ends with the iteration that started it", "[integration][process]") {
  const ScratchFolder folder;
  const std::string said = said_by(folder, R"(
    local child = thresher.process { cmd = { 'sh', '-c', 'sleep 1000 & echo child $!; wait' } }
    print('line ' .. child:read_line() .. ' of ' .. child.pid .. ' '))");
  CHECK(ends(word_after(said, "line child ")));
  CHECK(ends(word_after(said, " of ")));
}

TEST_CASE("a program dies with thresher, however that dies", "[integration][process]") {
  const ScratchFolder folder;
  Subprocess run(run_arguments(folder.write("flow.lua", once(R"(
    local child = thresher.process { cmd = { 'sleep', '1000' } }
    print('child ' .. child.pid .. ' runs')
    child:wait())"))),
                 {}, folder.path());
  REQUIRE(run.wait_for(" runs\n"));
  const std::string pid = word_after(run.out(), "child ");
  CHECK(runs(pid));
  run.send(SIGKILL);
  CHECK(run.finish().signal == SIGKILL);
  CHECK(ends(pid));
}

TEST_CASE("a script starts thresher itself", "[integration][process]") {
  const ScratchFolder folder;
  const std::string said = said_by(folder, R"(
    local worker = thresher.process { cmd = { thresher.executable, '--version' } }
    print('worker', worker:read_line(), worker:wait().exit_code))");
  CHECK_THAT(said, Contains("worker thresher ") && Contains(" 0\n"));
}
