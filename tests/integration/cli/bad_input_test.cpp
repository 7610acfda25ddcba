// Everything a person can get wrong ends before anything is sent, with a message that names what they wrote and the way
// out.
#include <catch2/catch.hpp>

#include "support/sanitizer.h"
#include "support/subprocess.h"

using Catch::Matchers::Contains;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const char* const kFine = R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "fine", tags = { "good" }, host = "http://127.0.0.1:9" }
s:task { "one", tags = { "alpha" }, function(user) user:get("/") end }
return s
)lua";

Finished run_script(const std::string& text, std::vector<std::string> flags = {}) {
  const ScratchFolder folder;
  flags.insert(flags.begin(), {"run", folder.write("mine.lua", text), "--users", "1", "--iterations", "1"});
  return run_thresher(flags);
}

}  // namespace

TEST_CASE("a script that is not there is named", "[integration][cli]") {
  const Finished run = run_thresher({"run", "no/such/flow.lua"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("no/such/flow.lua"));
}

TEST_CASE("a syntax error names the author's line and exits 107", "[integration][cli]") {
  const Finished run = run_script("local thresher = require 'thresher'\nlocal x = = 3\n");
  CHECK(run.exit_code == 107);
  CHECK_THAT(run.err, Contains("mine.lua:2:"));
}

TEST_CASE("a runtime error while loading names the line", "[integration][cli]") {
  const Finished run = run_script("local thresher = require 'thresher'\nlocal t = nil\nprint(t.field)\n");
  CHECK(run.exit_code == 107);
  CHECK_THAT(run.err, Contains("mine.lua:3:") && Contains("nil"));
}

TEST_CASE("an empty script says that it declares nothing", "[integration][cli]") {
  const Finished run = run_script("");
  CHECK((run.exit_code == 104 || run.exit_code == 107));
  CHECK_THAT(run.err, Contains("mine.lua") && Contains("scenario"));
}

TEST_CASE("an unknown profile lists those there are", "[integration][cli]") {
  const Finished run = run_script(kFine, {"--profile", "lihgt"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("lihgt") && Contains("light"));
}

TEST_CASE("an unknown tag lists those there are", "[integration][cli]") {
  const Finished run = run_script(kFine, {"--tags", "alhpa"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("alhpa") && Contains("alpha"));
}

TEST_CASE("a selection that leaves nothing is refused", "[integration][cli]") {
  const Finished run = run_script(kFine, {"--exclude-tags", "good"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("nothing") || Contains("no task"));
}

TEST_CASE("a bad duration quotes what was typed and shows a good one", "[integration][cli]") {
  const Finished run = run_script(kFine, {"--run-time", "5 fortnights"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("--run-time") && Contains("5 fortnights") && Contains("1h30m"));
}

TEST_CASE("an unknown flag suggests the known one", "[integration][cli]") {
  const Finished run = run_script(kFine, {"--spawnrate", "3"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("--spawnrate") && Contains("--spawn-rate"));
}

TEST_CASE("an unknown command suggests the known one", "[integration][cli]") {
  const Finished run = run_thresher({"rehears"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("rehearse"));
}

TEST_CASE("a threshold on a metric that nothing records names the file and line", "[integration][cli]") {
  const ScratchFolder folder;
  const std::string script = folder.write("mine.lua", kFine);
  const std::string profile =
      folder.write("mine.toml", "users = 1\nrun_time = \"1s\"\n[thresholds]\nhttp_req_durations = [\"p(95)<500\"]\n");
  const Finished run = run_thresher({"run", script, "--profile", profile});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("mine.toml:4") && Contains("http_req_durations") && Contains("http_req_duration'"));
}

TEST_CASE("a threshold that does not parse names the file and line", "[integration][cli]") {
  const ScratchFolder folder;
  const std::string script = folder.write("mine.lua", kFine);
  const std::string profile = folder.write("mine.toml", "users = 1\n[thresholds]\nhttp_req_duration = [\"p95<500\"]\n");
  const Finished run = run_thresher({"run", script, "--profile", profile});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("mine.toml:3") && Contains("p95<500"));
}

TEST_CASE("a profile with an unknown key names the nearest one", "[integration][cli]") {
  const ScratchFolder folder;
  const std::string script = folder.write("mine.lua", kFine);
  const Finished run =
      run_thresher({"run", script, "--profile", folder.write("mine.toml", "users = 1\nspawn_rat = 2\n")});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("mine.toml:2") && Contains("spawn_rat") && Contains("spawn_rate"));
}

TEST_CASE("a library that is no plugin is named", "[integration][cli]") {
  const ScratchFolder folder;
  const Finished run = run_thresher({"plugins", "--plugin", folder.write("x.so", "not a library")});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("x.so"));
}

TEST_CASE("a report that cannot be written is refused before anything is sent", "[integration][cli]") {
  const Finished run = run_script(kFine, {"--json", "/proc/nowhere/out.json"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("/proc/nowhere/out.json") || Contains("/proc/nowhere"));
}

TEST_CASE("a misspelt option of a request names the author's line", "[integration][cli]") {
  const Finished run = run_script(R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "typo", host = "http://127.0.0.1:9" }
s:task { "one", function(user)
  user:get("/", { tiemout = 3 })
end }
return s
)lua");
  CHECK_THAT(run.out + run.err, Contains("mine.lua:5:") && Contains("tiemout") && Contains("timeout"));
}

TEST_CASE("an accidental global names the author's line", "[integration][cli]") {
  const Finished run = run_script(R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "global", host = "http://127.0.0.1:9" }
s:task { "one", function(user)
  cuonter = 1
end }
return s
)lua");
  CHECK_THAT(run.out + run.err, Contains("mine.lua:5:") && Contains("cuonter"));
}

TEST_CASE("an endless loop is stopped and its line named", "[integration][cli]") {
  if (thresher::test::kSignalsWait) return;
  const Finished run = run_script(R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "endless" }
s:task { "spin", function(user)
  local n = 0
  while true do n = n + 1 end
end }
return s
)lua",
                                  {"--script-limit", "1s"});
  CHECK(run.signal == 0);
  CHECK_THAT(run.out + run.err, Contains("mine.lua:6:") && Contains("without"));
}

TEST_CASE("an endless loop while loading is stopped too", "[integration][cli]") {
  if (thresher::test::kSignalsWait) return;
  const Finished run = run_script("local n = 0\nwhile true do n = n + 1 end\n", {"--script-limit", "1s"});
  CHECK(run.exit_code == 107);
  CHECK_THAT(run.err, Contains("mine.lua:2:"));
}
