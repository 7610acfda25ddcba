#include "cli/run_options.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <vector>

#include "support/subprocess.h"

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using thresher::Result;
using thresher::cli::Command;
using thresher::cli::parse_command;
using thresher::support::ScratchFolder;

namespace {

Result<Command> parse(std::initializer_list<const char*> words, const std::string& settings = "no such file") {
  std::vector<const char*> argv{"thresher"};
  argv.insert(argv.end(), words.begin(), words.end());
  return parse_command(static_cast<int>(argv.size()), argv.data(), settings);
}

}  // namespace

TEST_CASE("Locust's short flags mean what they mean there", "[unit][cli]") {
  const auto command = parse({"run", "a.lua", "-u", "25", "-r", "5", "-t", "1h30m", "-H", "http://x:1", "-s", "45s"});
  REQUIRE(command);
  CHECK(command->kind == Command::Kind::run);
  CHECK(command->run.files == std::vector<std::string>{"a.lua"});
  CHECK(command->run.shape.users == 25U);
  CHECK(command->run.shape.spawn_rate == 5.0);
  CHECK(command->run.shape.run_time == 90min);
  CHECK(command->run.shape.stop_timeout == 45s);
  CHECK(command->run.host == "http://x:1");
}

TEST_CASE("tags come with commas or spaces, and do not swallow a script named after them", "[unit][cli]") {
  const std::vector<std::string> both{"event-bus", "throughput"};
  CHECK(parse({"run", "--tags", "event-bus,throughput"})->run.shape.tags == both);
  CHECK(parse({"run", "--tags", "event-bus", "throughput"})->run.shape.tags == both);
  CHECK(parse({"run", "--tags", "event-bus throughput"})->run.shape.tags == both);
  const auto command = parse({"run", "-T", "event-bus", "throughput", "mine.lua"});
  CHECK(command->run.shape.tags == both);
  CHECK(command->run.files == std::vector<std::string>{"mine.lua"});
}

TEST_CASE("the flag --json takes a file, or standard output, and no script for a file", "[unit][cli]") {
  CHECK(parse({"run", "--json", "out.json"})->run.json == "out.json");
  CHECK(parse({"run", "a.lua", "--json"})->run.json == "-");
  const auto command = parse({"run", "--json", "a.lua", "--http-debug", "b.lua"});
  CHECK(command->run.json == "-");
  CHECK(command->run.http_debug == "");
  CHECK(command->run.files == std::vector<std::string>{"a.lua", "b.lua"});
  CHECK_THAT(parse({"run", "--http-debug=everything"}).error().message, Contains("everything") && Contains("full"));
}

TEST_CASE("stages keep their order", "[unit][cli]") {
  const auto command = parse({"run", "--stage", "30s:100", "--stage", "10s:0"});
  REQUIRE(command->run.shape.stages->size() == 2);
  CHECK(command->run.shape.stages->at(0).target == 100);
  CHECK(command->run.shape.stages->at(1).duration == 10s);
}

TEST_CASE("a wrong value is quoted with its flag", "[unit][cli]") {
  CHECK_THAT(parse({"run", "--users", "many"}).error().message, Contains("--users 'many'") && Contains("whole number"));
  CHECK_THAT(parse({"run", "--users", "0"}).error().message, Contains("at least 1"));
  CHECK_THAT(parse({"run", "--spawn-rate", "-3"}).error().message, Contains("above 0"));
  CHECK_THAT(parse({"run", "--executor", "constant"}).error().message, Contains("constant-vus"));
  CHECK_THAT(parse({"run", "--summary-time-unit", "days"}).error().message, Contains("s, ms or us"));
  CHECK_THAT(parse({"run", "--tag", "novalue"}).error().message, Contains("NAME=VALUE"));
}

TEST_CASE("an unknown flag or command suggests the nearest", "[unit][cli]") {
  CHECK_THAT(parse({"run", "--user", "3", "--hosst", "x"}).error().message, Contains("did you mean"));
  CHECK_THAT(parse({"rum"}).error().message, Contains("unknown command 'rum'") && Contains("'run'"));
}

TEST_CASE("thresher.toml fills what flags left open and names its own line when wrong", "[unit][cli]") {
  const ScratchFolder folder;
  const std::string good =
      folder.write("thresher.toml", "users = 7\nhost = \"http://file:1\"\nuser-agent = \"mine\"\n");
  const auto command = parse({"run", "--host", "http://flag:1"}, good);
  REQUIRE(command);
  CHECK(command->run.host == "http://flag:1");
  CHECK(command->run.user_agent == "mine");
  CHECK(command->run.settings_shape.users == 7U);
  CHECK_FALSE(command->run.shape.users);

  const auto wrong = parse({"run"}, folder.write("wrong.toml", "users = 7\nusr_agent = \"mine\"\n"));
  CHECK_THAT(to_text(wrong.error()), Contains("wrong.toml:2") && Contains("usr_agent") && Contains("user-agent"));
}

TEST_CASE("the command line is kept as a person could paste it again", "[unit][cli]") {
  CHECK(parse({"run", "a b.lua", "--stand-in", R"(x={"y":1})"})->line ==
        R"(thresher run 'a b.lua' --stand-in 'x={"y":1}')");
}
