// What plugin authors type: thresher plugins, plugins verify, new plugin.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

std::string fake(const std::string& kind) { return std::string(FAKE_PLUGINS) + "/fake_" + kind + ".so"; }

}  // namespace

TEST_CASE("plugins lists every kind with its options", "[integration][cli]") {
  const std::vector<std::string> loaded = {"plugins",         "--plugin", fake("generator"), "--plugin",
                                           fake("validator"), "--plugin", fake("output")};
  const Finished text = run_thresher(loaded);
  CHECK(text.exit_code == 0);
  CHECK_THAT(text.out, Contains("  generator fake: makes small values\n") &&
                           Contains("  validator fake: counts events\n") &&
                           Contains("  output fake: keeps a journal\n"));
  CHECK_THAT(text.out, Contains("    product workflow: says its parameters\n") &&
                           Contains("integer from 2 to 20, default 6") && Contains("linear|dag|saga, default linear"));
  std::vector<std::string> as_json = loaded;
  as_json.emplace_back("--json");
  const json list = json::parse(run_thresher(as_json).out);
  const auto found =
      std::find_if(list.begin(), list.end(), [](const json& one) { return one["name"] == "fake_generator"; });
  REQUIRE(found != list.end());
  CHECK((*found)["generators"][0]["products"][0]["parameters"]["num_tasks"]["maximum"] == 20);
  CHECK((*found)["targets"].empty());
}

TEST_CASE("verify prints a line per check and counts them", "[integration][cli]") {
  const Finished run = run_thresher({"plugins", "verify", fake("output")});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("ok      library: it loads and shakes hands\n") &&
                          Contains("ok      output fake: a run without a second is taken\n"));
  CHECK_THAT(run.out, EndsWith(" passed, 0 failed\n"));
}

TEST_CASE("verify ends with 104 when a check fails, and says which and why", "[integration][cli]") {
  const std::vector<std::string> crashing = {"plugins", "verify", fake("target"), "--config",
                                             R"(fake={"mode":"crash_on_empty_path"})"};
  const Finished run = run_thresher(crashing);
  INFO(run.out << run.err);
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.out, Contains("FAILED  target fake: odd requests are answered, once: crashed with SIGSEGV") &&
                          Contains("ok      target fake: ten thousand requests are answered by one instance\n"));
  CHECK_THAT(run.out, EndsWith(" passed, 1 failed\n"));

  std::vector<std::string> as_json = crashing;
  as_json.emplace_back("--json");
  const Finished again = run_thresher(as_json);
  CHECK(again.exit_code == 104);
  const json told = json::parse(again.out);
  CHECK(told.at("failed") == 1);
  CHECK(told.at("passed").get<int>() + 1 == static_cast<int>(told.at("checks").size()));
}

TEST_CASE("a plugin that crashes while it is loaded is reported by name, in verify and elsewhere",
          "[integration][cli]") {
  const std::map<std::string, std::string> crash = {{"FAKE_PLUGIN_MODE", "crash_load"}};
  const Finished verify = run_thresher({"plugins", "verify", fake("generator")}, crash);
  CHECK(verify.exit_code == 104);
  CHECK_THAT(verify.out, Contains("FAILED  library: it loads and shakes hands: crashed with SIGSEGV") &&
                             Contains("fake_generator.so\" crashed while it was being loaded") &&
                             EndsWith("0 passed, 1 failed\n"));
  const Finished list = run_thresher({"plugins", "--plugin", fake("generator")}, crash);
  CHECK(list.exit_code != 0);
  CHECK_THAT(list.err, Contains("fake_generator.so\" crashed while it was being loaded"));
}

TEST_CASE("verify refuses a path or a configuration that it cannot use", "[integration][cli]") {
  const Finished nowhere = run_thresher({"plugins", "verify", "/nowhere/at_all.so"});
  CHECK(nowhere.exit_code == 104);
  CHECK(nowhere.err == "thresher: plugin \"/nowhere/at_all.so\": No such file or directory\n");
  const Finished unnamed = run_thresher({"plugins", "verify", fake("output"), "--config", "{}"});
  CHECK(unnamed.exit_code == 104);
  CHECK_THAT(unnamed.err, Contains("--config '{}': expected NAME={...}"));
}

TEST_CASE("a new plugin is of the kind that was asked for", "[integration][cli]") {
  const ScratchFolder folder;
  const auto written = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {"new", "plugin", "my_thing_" + std::to_string(flags.size())};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    REQUIRE(run_thresher(arguments, {}, folder.path()).exit_code == 0);
    return folder.read(arguments[2] + "/" + arguments[2] + ".cpp");
  };
  CHECK_THAT(written({}), Contains("public thresher::Target"));
  CHECK_THAT(written({"--kind", "validator"}), Contains("public thresher::Validator"));
  CHECK(run_thresher({"new", "plugin", "other", "--kind", "toaster"}, {}, folder.path()).exit_code == 104);
  CHECK(run_thresher({"new", "scenario", "flow", "--kind", "target"}, {}, folder.path()).exit_code == 104);
}
