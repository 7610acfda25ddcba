// Recovery kits of real processes: shared by many, killed in the middle, damaged.
#include <fmt/format.h>
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "script_run.h"
#include "store/recovery/recovery_store.h"

using Catch::Matchers::Contains;
using thresher::store::RecoveryStore;
using thresher::support::Finished;
using thresher::support::ScratchFolder;
using thresher::support::Subprocess;
using namespace thresher;
using namespace thresher::test;

namespace {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(to_text(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::unique_ptr<RecoveryStore> open_kit(const ScratchFolder& folder) {
  return must(RecoveryStore::open(folder.path() + "/kit.db"));
}

/// The highest number behind `word` in what was printed; 0: there is none.
std::int64_t highest(const std::string& text, const std::string& word) {
  std::int64_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t digits = at + word.size();
    if (text.find('\n', digits) == std::string::npos) break;  // a line that was cut
    found = std::max(found, std::int64_t{std::stoll(text.substr(digits))});
  }
  return found;
}

}  // namespace

TEST_CASE("twenty processes share a kit without an error of its locks, and no number is missing",
          "[integration][recovery]") {
  constexpr int kProcesses = 20, kEach = 20;
  const ScratchFolder folder;
  const std::string script = folder.write("flow.lua", once(fmt::format(R"(
    local me = thresher.env 'WORKER'
    for i = 1, {} do
      kit:checkpoint {{ task = 'shared', state = {{ by = me, i = i }} }}
      kit:checkpoint {{ task = me, state = i }}
      kit:add {{ task = me, id = me .. '-' .. i, input = i }}
      local lease = kit:lease {{ holder = me, seconds = 60, task = me }}
      assert(lease:complete {{ by = me }})
      local _, hit = kit:cached('key ' .. i, function() return me end)
    end)",
                                                                       kEach)));
  std::vector<std::unique_ptr<Subprocess>> workers;
  for (int i = 0; i < kProcesses; ++i)
    workers.push_back(std::make_unique<Subprocess>(
        run_arguments(script),
        std::map<std::string, std::string>{{"WORKER", fmt::format("worker-{}", i)},
                                           {"THRESHER_RECOVERY", folder.path() + "/kit.db"}},
        folder.path()));
  for (const auto& worker : workers) {
    const Finished run = worker->finish();
    INFO(run.out << run.err);
    CHECK(ended_well(run));
    CHECK_THAT(run.out + run.err, !Contains("lock"));
  }

  const auto kit = open_kit(folder);
  CHECK(must(kit->checkpoints().count("shared")) == kProcesses * kEach);
  must(kit->checkpoints().verify("shared"));
  for (int i = 0; i < kProcesses; ++i) {
    const std::string task = fmt::format("worker-{}", i);
    CHECK(must(kit->checkpoints().count(task)) == kEach);
    must(kit->checkpoints().verify(task));
    CHECK(must(kit->queue().list(task, store::WorkStatus::completed)).size() == kEach);
  }
  CHECK(must(kit->effects().statistics()).completed == kEach);  // each key was asked by all, and executed by one
  CHECK(must(kit->effects().statistics()).pending == 0);
}

TEST_CASE("kill -9 in the middle of writing takes nothing that was acknowledged, and the work goes on from there",
          "[integration][recovery]") {
  constexpr int kRounds = 4;
  const ScratchFolder folder;
  const std::string script = folder.write("flow.lua", once(R"(
    local last = kit:last 'work'
    local sum, from = last and last.state.sum or 0, last and last.state.step or 0
    print('resumed after ' .. from)
    for step = from + 1, 1e9 do
      sum = sum + step
      local made = kit:checkpoint { task = 'work', type = 'iteration_end', state = { step = step, sum = sum } }
      print('acknowledged ' .. made.sequence_number)
    end)"));
  std::int64_t acknowledged = 0;
  for (int round = 0; round < kRounds; ++round) {
    Subprocess worker(run_arguments(script), {{"THRESHER_RECOVERY", folder.path() + "/kit.db"}}, folder.path());
    REQUIRE(worker.wait_for(fmt::format("acknowledged {}\n", acknowledged + 20 + 7 * round)));
    worker.send(SIGKILL);
    const Finished run = worker.finish();
    CHECK(run.signal == SIGKILL);
    if (round > 0) CHECK(highest(run.out, "resumed after ") >= acknowledged);
    acknowledged = highest(run.out, "acknowledged ");

    const auto kit = open_kit(folder);
    must(kit->checkpoints().verify("work"));
    const std::int64_t there = must(kit->checkpoints().count("work"));
    CHECK(there >= acknowledged);
    // As if nobody had been killed: step n is checkpoint n, and its sum that of 1 to n.
    const auto last = must(kit->checkpoints().last("work"));
    REQUIRE(last);
    CHECK_THAT(last->snapshot, Contains(fmt::format("\"step\":{}", there)));
    CHECK_THAT(last->snapshot, Contains(fmt::format("\"sum\":{}", there * (there + 1) / 2)));
  }
}

TEST_CASE("a kit that nobody named is beside the run history", "[integration][recovery]") {
  const ScratchFolder folder;
  Subprocess run(
      run_arguments(folder.write("flow.lua", once("print(thresher.checkpoint { task = 't' }.sequence_number)"))),
      {{"XDG_DATA_HOME", folder.path()}}, folder.path());
  const Finished ended = run.finish();
  INFO(ended.out << ended.err);
  CHECK(ended_well(ended));
  CHECK(folder.has("thresher/recovery.db"));
}

TEST_CASE("a damaged file is an error of the script's, with its line", "[integration][recovery]") {
  const ScratchFolder folder;
  const std::string damaged = folder.write("damaged.db", std::string(20'000, 'x'));
  const Finished run =
      run_once(folder, "print(pcall(kit.checkpoint, kit, { task = 't' }))\nkit:checkpoint { task = 't' }",
               {{"THRESHER_RECOVERY", damaged}});
  INFO(run.out << run.err);
  CHECK_THAT(run.out + run.err, Contains("false"));
  CHECK_THAT(run.out + run.err,
             Contains("flow.lua:3: checkpoint: recovery store '" + damaged + "': the file is damaged"));
}

TEST_CASE("a rehearsal's kit leaves no file, and each rehearsal begins anew", "[integration][recovery]") {
  const ScratchFolder folder;
  const std::string script = folder.write(
      "flow.lua",
      once("thresher.sleep(math.random()) print(kit:checkpoint { task = 't' }.sequence_number, kit:last 't'.id)"));
  std::string printed;
  for (int round = 0; round < 2; ++round) {
    auto arguments = run_arguments(script, "rehearse");
    arguments.insert(arguments.end(), {"--seed", "11"});
    Subprocess rehearsal(arguments, {{"THRESHER_RECOVERY", folder.path() + "/kit.db"}}, folder.path());
    const Finished run = rehearsal.finish();
    INFO(run.out << run.err);
    CHECK(ended_well(run));
    const std::size_t at = run.out.find("flow.lua: 1 ");
    REQUIRE(at != std::string::npos);
    const std::string line = run.out.substr(at, run.out.find('\n', at) - at);
    if (round == 1) CHECK(line == printed);
    printed = line;
  }
  CHECK_FALSE(folder.has("kit.db"));
}

TEST_CASE("a script proves what happened by evidence, and is told what is missing", "[integration][recovery]") {
  const ScratchFolder folder;
  folder.write("report.txt", "abc");  // its hash is FIPS 180-2's example
  const Finished run = run_once(folder, R"(
    kit:set_task('t', 'succeeded')
    kit:checkpoint { task = 't', state = { at = 3 } }
    local digits = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    print('all', kit:evidence { items = {
      { artifact = 'report.txt' }, { file = 'report.txt', sha256 = digits }, { file = 'report.txt', sha256 = 'sha256:' .. digits },
      { cmd = 'exit 3', exit_code = 3 }, { cmd = { 'true' } },
      { row = 'tasks', columns = { task_id = 't' } }, { row = 'checkpoints', columns = { task_id = 't', sequence_number = 1 } } } })
    local items = { { artifact = 'report.txt' }, { artifact = 'gone.txt' }, { cmd = 'exit 2' },
      { cmd = { 'no-such-program' } }, { file = 'report.txt', sha256 = 'sha256:00' }, { row = 'work_items' } }
    local holds, found = kit:evidence { items = items }
    print('some', holds, found.verified, table.concat(found.missing, '; '))
    print('one', (kit:evidence { items = items, at_least = 1 }), (kit:evidence { items = items, at_least = 2 }))
    print(select(2, pcall(kit.evidence, kit, { items = { { row = 'secrets' } } })))
    print(select(2, pcall(kit.evidence, kit, { items = { {} } })))
    print(select(2, pcall(kit.evidence, kit, { items = {} }))))");
  INFO(run.out << run.err);
  CHECK(ended_well(run));
  CHECK_THAT(run.out, Contains("all true"));
  CHECK_THAT(run.out,
             Contains("some false 1 artifact_exists: there is no 'gone.txt'; command_exit: '/bin/sh -c exit 2' ended "
                      "with 2, not 0; command_exit: 'no-such-program' ended with"));
  CHECK_THAT(
      run.out,
      Contains("file_sha256: 'report.txt' does not have the hash sha256:00; db_row: 'work_items' has no such row"));
  CHECK_THAT(run.out, Contains("one true false"));
  CHECK_THAT(run.out, Contains("there is no table 'secrets'; there are tasks, work_items"));
  CHECK_THAT(run.out, Contains("evidence: item 1: expected one of artifact, file, cmd and row"));
  CHECK_THAT(run.out, Contains("evidence: items: expected a list of at least one"));
}

TEST_CASE("a kit that may only be read is an error of the script's, and what was acknowledged is still there",
          "[integration][recovery]") {
  const ScratchFolder folder;
  REQUIRE(ended_well(run_once(folder, "kit:checkpoint { task = 't', state = 1 }")));
  // The user root writes files whatever their mode: a path that is no folder's is what he meets, too.
  const Finished run =
      run_once(folder, "kit:checkpoint { task = 't', state = 2 }", {{"THRESHER_RECOVERY", "/proc/self/kit.db"}});
  INFO(run.out << run.err);
  CHECK_THAT(run.out + run.err, Contains("flow.lua:2: checkpoint: ") && Contains("/proc/self/kit.db"));
  const Finished later = run_once(folder, "print('last', kit:last('t').state)");
  CHECK_THAT(later.out, Contains("last 1"));
}
