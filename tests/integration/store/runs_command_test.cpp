// `thresher run` and `thresher runs` as people type them.
#include <signal.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "histories.h"
#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;
using thresher::support::Subprocess;
using thresher::support::thresher_binary;

namespace {

/// A folder with a scenario, and a history of its own.
class Place {
 public:
  Place() {
    // Port 1 refuses: every request fails at once, and no target is needed.
    folder_.write("refused.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "refused", host = "http://127.0.0.1:1", wait = thresher.constant(0.01) }
s:task { "ask", function(user) user:get("/x") end }
return s
)lua");
    folder_.write("waiting.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "waiting", wait = thresher.constant(0.1) }
s:task { "wait", function() print("under way"); thresher.sleep(0.1) end }
return s
)lua");
  }

  Finished thresher(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) const {
    return run_thresher(std::move(arguments), with_home(std::move(environment)), folder_.path());
  }
  /// A run of ten iterations; its id as printed.
  std::string recorded_run(std::vector<std::string> more = {}, const char* users = "2") const {
    more.insert(more.begin(), {"run", "refused.lua", "--users", users, "--iterations", "10"});
    const Finished run = thresher(more);
    INFO(run.out << run.err);
    REQUIRE(run.exit_code == 0);
    const std::size_t at = run.out.find("recorded as ");
    REQUIRE(at != std::string::npos);
    return run.out.substr(at + 12, 12);
  }
  json listed(std::map<std::string, std::string> environment = {}) const {
    return json::parse(thresher({"runs", "--json"}, std::move(environment)).out).at("runs");
  }
  std::map<std::string, std::string> with_home(std::map<std::string, std::string> environment) const {
    environment.emplace("XDG_DATA_HOME", folder_.path() + "/data");
    return environment;
  }
  const ScratchFolder& folder() const { return folder_; }

 private:
  ScratchFolder folder_;
};

}  // namespace

TEST_CASE("a run is recorded with its report, and its id is printed", "[integration][store][cli]") {
  const Place place;
  const std::string id = place.recorded_run({"--tag", "build=7", "--seed", "42"});
  const json shown = json::parse(place.thresher({"runs", "show", "last", "--json"}).out);
  CHECK(shown.at("id") == id);
  CHECK(shown.at("kind") == "run");
  CHECK(shown.at("name") == "refused");
  CHECK(shown.at("status") == "completed");
  CHECK(shown.at("seed") == 42);
  CHECK(shown.at("tags").at("build") == "7");
  CHECK(shown.at("host") == "http://127.0.0.1:1");
  CHECK(shown.at("exit_code") == 0);
  CHECK(shown.at("command_line") == "thresher run refused.lua --users 2 --iterations 10 --tag build=7 --seed 42");
  CHECK(shown.at("figures").at("requests") == 10);
  CHECK(shown.at("figures").at("requests_failed") == 10);
  CHECK(shown.at("figures").at("iterations") == 10);
  CHECK(shown.at("figures").at("completion_rate") == 0);
  const json& document = shown.at("document");
  CHECK(document.at("schema") == "thresher.report/1");
  CHECK(document.at("requests").back().at("requests") == 10);
  CHECK(document.at("verdict").at("word") == "FINISHED");
  CHECK_THAT(place.thresher({"runs"}).out, Contains(id) && Contains("refused") && Contains("completed"));
}

TEST_CASE("a failed threshold is a failed record", "[integration][store][cli]") {
  const Place place;
  place.folder().write("strict.toml", "[thresholds]\nhttp_req_failed = [\"rate<0.5\"]\n");
  CHECK(place.thresher({"run", "refused.lua", "--profile", "strict.toml", "--users", "1", "--iterations", "3"})
            .exit_code == 99);
  const json run = place.listed().at(0);
  CHECK(run.at("status") == "completed_with_failures");
  CHECK(run.at("verdict") == "FAILED");
  CHECK(run.at("exit_code") == 99);
  CHECK(run.at("profile") == "strict");
}

TEST_CASE("rehearsals are not recorded, nor is what was asked not to be", "[integration][store][cli]") {
  const Place place;
  const std::vector<std::string> run = {"run", "refused.lua", "--users", "1", "--iterations", "1"};
  auto rehearse = run, asked = run;
  rehearse[0] = "rehearse";
  asked.push_back("--no-history");
  CHECK_THAT(place.thresher(rehearse).out, !Contains("recorded as"));
  CHECK_THAT(place.thresher(asked).out, !Contains("recorded as"));
  CHECK_THAT(place.thresher(run, {{"THRESHER_NO_HISTORY", "true"}}).out, !Contains("recorded as"));
  CHECK_FALSE(place.folder().has("data"));  // not even opened
  place.folder().write("thresher.toml", "no_history = true\n");
  CHECK_THAT(place.thresher(run).out, !Contains("recorded as"));
  CHECK_FALSE(place.folder().has("data"));
}

TEST_CASE("a quiet run is recorded and says nothing of it", "[integration][store][cli]") {
  const Place place;
  const Finished run = place.thresher({"run", "refused.lua", "--users", "1", "--iterations", "1", "--quiet"});
  CHECK_THAT(run.out, !Contains("recorded as"));
  CHECK(place.listed().size() == 1);
}

TEST_CASE("standard output that is a report stays one", "[integration][store][cli]") {
  const Place place;
  const Finished run = place.thresher({"run", "refused.lua", "--users", "1", "--iterations", "1", "--json"});
  CHECK(json::accept(run.out));
  CHECK_THAT(run.err, Contains("recorded as"));
}

TEST_CASE("a run that is killed is interrupted for whoever looks, and one that goes on is not",
          "[integration][store][cli]") {
  const Place place;
  Subprocess run({thresher_binary(), "run", "waiting.lua", "--users", "1", "--run-time", "10m"}, place.with_home({}),
                 place.folder().path());
  REQUIRE(run.wait_for("under way"));
  CHECK(place.listed().at(0).at("status") == "running");
  const Finished refused = place.thresher({"runs", "rm", "last"});
  CHECK(refused.exit_code == 104);
  CHECK_THAT(refused.err, Contains("still going on"));

  run.send(SIGKILL);
  CHECK(run.finish().signal == SIGKILL);
  const json shown = json::parse(place.thresher({"runs", "show", "last", "--json"}).out);
  CHECK(shown.at("status") == "interrupted");
  CHECK(shown.at("exit_code").is_null());
  CHECK_THAT(shown.at("notes").at(0).at("text").get<std::string>(), Contains("is gone"));
  CHECK(shown.at("document").at("plan").at("users") == 1);  // what it was going to do is still known
}

TEST_CASE("a run stopped by Ctrl-C is interrupted with its figures", "[integration][store][cli]") {
  const Place place;
  Subprocess run({thresher_binary(), "run", "waiting.lua", "--users", "1", "--run-time", "10m"}, place.with_home({}),
                 place.folder().path());
  REQUIRE(run.wait_for("under way"));
  run.send(SIGINT);
  CHECK(run.finish().exit_code == 105);
  const json listed = place.listed().at(0);
  CHECK(listed.at("status") == "interrupted");
  CHECK(listed.at("exit_code") == 105);
  CHECK(listed.at("figures").at("iterations") >= 1);
}

TEST_CASE("a default history that cannot be opened costs a warning, a named one the run", "[integration][store][cli]") {
  const Place place;
  const std::vector<std::string> run = {"run",          "refused.lua", "--users", "1",
                                        "--iterations", "1",           "--json",  "out.json"};
  const Finished warned = place.thresher(run, {{"XDG_DATA_HOME", "/dev/null"}});
  CHECK(warned.exit_code == 0);
  CHECK_THAT(warned.err, Contains("this run is not recorded") && Contains("/dev/null/thresher/history.db"));
  CHECK(place.folder().has("out.json"));
  CHECK_THAT(warned.out, !Contains("recorded as"));

  for (const char* url : {"sqlite:/dev/null/x.db", "postgresql://me:s3cret@%2Fnonexistent/db", "mysql://x"}) {
    const Place other;
    const Finished refused = other.thresher(run, {{"DATABASE_URL", url}});
    CHECK(refused.exit_code == 104);
    CHECK_THAT(refused.err, !Contains("s3cret"));
    CHECK_FALSE(other.folder().has("out.json"));
  }
}

TEST_CASE("DATABASE_URL keeps the history in PostgreSQL", "[integration][store][cli]") {
  const Place place;
  const thresher::store::PostgresHistory history;
  const std::map<std::string, std::string> url = {{"DATABASE_URL", history.location().target}};
  const Finished run = place.thresher({"run", "refused.lua", "--users", "1", "--iterations", "2"}, url);
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_FALSE(place.folder().has("data"));
  CHECK(place.listed(url).at(0).at("figures").at("requests") == 2);
  CHECK_THAT(place.thresher({"runs", "show", "last"}, url).out, Contains("refused"));
}

TEST_CASE("runs are filtered, limited and removed", "[integration][store][cli]") {
  const Place place;
  const std::string first = place.recorded_run({"--tag", "testid=one"}), second = place.recorded_run();
  CHECK(json::parse(place.thresher({"runs", "--json", "--limit", "1"}).out).at("runs").at(0).at("id") == second);
  CHECK(json::parse(place.thresher({"runs", "--json", "--text", "TESTID"}).out).at("runs").at(0).at("id") == first);
  CHECK(place.thresher({"runs", "--status", "running"}).out == "no runs\n");
  CHECK(place.thresher({"runs", "--kind", "stress-test"}).out == "no runs\n");

  CHECK(place.thresher({"runs", "rm", "--older-than", "30d"}).out.empty());
  CHECK(place.thresher({"runs", "rm"}).exit_code == 104);
  CHECK_THAT(place.thresher({"runs", "rm", "--older-than", "soon"}).err, Contains("'soon'") && Contains("30d"));
  CHECK_THAT(place.thresher({"runs", "rm", "last~1", "last"}).out,
             Contains("removed " + first) && Contains("removed " + second));
  CHECK(place.listed().empty());
  place.recorded_run();
  CHECK_THAT(place.thresher({"runs", "rm", "--older-than", "0s"}).out, Contains("removed "));
  CHECK(place.listed().empty());
  CHECK(place.thresher({"runs", "show", "last"}).exit_code == 104);
}

TEST_CASE("two runs are compared, and it is said when they may not be", "[integration][store][cli]") {
  const Place place;
  const std::string first = place.recorded_run(), second = place.recorded_run();
  const json same = json::parse(place.thresher({"runs", "compare", first, second, "--json"}).out);
  CHECK(same.at("comparable") == true);
  CHECK(same.at("endpoints").at(0).at("name") == "/x");
  CHECK(same.at("endpoints").at(0).at("baseline").at("requests") == 10);
  CHECK(same.at("endpoints").back().at("name") == "Aggregated");

  place.recorded_run({}, "3");
  CHECK_THAT(place.thresher({"runs", "compare", "last~1", "last"}).out,
             Contains("NOT COMPARABLE") && Contains("users: 2 and 3"));
  CHECK(place.thresher({"runs", "compare", "last"}).exit_code == 104);
}

TEST_CASE("a third equal run is judged against those before it, an unequal one has no baseline",
          "[integration][store][cli]") {
  const Place place;
  const std::string first = place.recorded_run(), second = place.recorded_run();
  place.recorded_run();
  const json third = json::parse(place.thresher({"runs", "show", "last", "--json"}).out).at("regression");
  CHECK(third.at("verdict") == "PASS");
  CHECK(third.at("against") == json{second, first});
  place.recorded_run({}, "3");
  CHECK_THAT(place.thresher({"runs", "show", "last"}).out, Contains("NO_BASELINE"));
}

TEST_CASE("help of runs shows examples before the flags", "[integration][store][cli]") {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"runs", "--help"},
                                                  {"runs", "show", "--help"},
                                                  {"runs", "compare", "--help"},
                                                  {"runs", "rm", "--help"}}) {
    const Finished help = run_thresher(command);
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("Example") < help.out.find("--help"));
    CHECK_THAT(help.out, Contains("thresher runs"));
  }
}
