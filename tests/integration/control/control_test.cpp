// Runs are watched and steered from other processes, over their sockets.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;
using thresher::support::Subprocess;
using thresher::support::thresher_binary;

namespace {

constexpr const char* kScript = R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "sleeps" }
s:task { "nap", function() thresher.sleep(0.02) end }
return s
)lua";

/// A user with a history and sockets of his own.
struct User {
  ScratchFolder folder;
  std::map<std::string, std::string> environment{{"XDG_DATA_HOME", folder.path() + "/data"},
                                                 {"XDG_RUNTIME_DIR", folder.path()}};

  User() { folder.write("sleeps.lua", kScript); }

  Finished thresher(const std::vector<std::string>& arguments) const {
    return run_thresher(arguments, environment, folder.path());
  }
  /// One that goes well, and what it says.
  std::string done(const std::vector<std::string>& arguments) const {
    const Finished finished = thresher(arguments);
    INFO(finished.out << finished.err);
    CHECK(finished.exit_code == 0);
    return finished.out;
  }
  std::string refused(const std::vector<std::string>& arguments) const {
    const Finished finished = thresher(arguments);
    INFO(finished.out << finished.err);
    CHECK(finished.exit_code == 104);
    CHECK(finished.out.empty());
    return finished.err;
  }
  /// A run that goes on until it is stopped.
  std::unique_ptr<Subprocess> run(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{thresher_binary(), "run", "sleeps.lua", "--executor", "externally-controlled",
                                       "--users",         "2",   "--run-time", "10m",        "--no-color"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto started = std::make_unique<Subprocess>(arguments, environment, folder.path());
    REQUIRE(started->wait_for("[00:01]"));
    return started;
  }
  json runs() const { return json::parse(done({"status", "--json"})).at("runs"); }
  /// Asks until a run is as wanted: each question is a process, so this waits without sleeping.
  json eventually(const std::function<bool(const json& run)>& wanted) const {
    constexpr int kTries = 500;
    for (int tried = 0; tried < kTries; ++tried)
      for (const json& found : runs())
        if (wanted(found)) return found;
    FAIL("no run came to be as wanted");
    return {};
  }
  std::filesystem::path sockets() const { return std::filesystem::path(folder.path()) / "thresher"; }
};

bool standing(const json& run) { return run.at("second").is_object(); }

}  // namespace

TEST_CASE("a run is paused, scaled, resumed, noted on and stopped from outside", "[integration][control]") {
  const User user;
  const auto run = user.run();
  const json first = user.eventually(standing);
  const std::string id = first.at("run").at("id").get<std::string>();
  CHECK(first.at("run").at("name") == "sleeps");
  CHECK(first.at("run").at("kind") == "run");
  CHECK(first.at("run").at("process") == run->pid());
  CHECK(first.at("phase") == "running");
  CHECK(first.at("second").at("users") == 2);
  CHECK(first.at("second").at("planned_s") == 600);
  CHECK(first.at("second").at("scalable").at("users") == true);
  CHECK(first.at("second").at("point").at("iterations_per_s").get<double>() > 0);
  CHECK_THAT(user.done({"status"}), Contains(id) && Contains("sleeps") && Contains("running") && Contains("/10:00"));

  CHECK(user.done({"scale", "--users", "5"}) == id + " is scaled to 5 users\n");
  user.eventually([](const json& r) { return standing(r) && r.at("second").at("users") == 5; });
  CHECK_THAT(user.refused({"scale", "--rate", "5"}), Contains(id + ": ") && Contains("constant-arrival-rate"));
  CHECK_THAT(user.refused({"scale"}), Contains("say either --users N or --rate X"));

  CHECK_THAT(user.done({"pause", id}), Contains(id + " is paused"));
  CHECK(user.runs()[0].at("phase") == "paused");
  CHECK_THAT(user.refused({"pause", "last"}), Contains(id + ": a run that is paused cannot be paused"));
  user.eventually([](const json& r) { return r.at("second").at("point").at("iterations_per_s") == 0; });
  CHECK_THAT(user.done({"resume"}), Contains("goes on"));
  CHECK(user.runs()[0].at("phase") == "running");
  user.eventually([](const json& r) { return r.at("second").at("point").at("iterations_per_s") > 0; });

  CHECK_THAT(user.done({"note", "deploy \"b\" begins"}), Contains(id + " has the note"));
  CHECK_THAT(user.done({"stop"}), Contains(id + " is stopping"));
  const Finished ended = run->finish();
  INFO(ended.out << ended.err);
  CHECK_THAT(ended.out, Contains("note: deploy \"b\" begins"));
  CHECK_THAT(ended.out, Contains("recorded as " + id));
  CHECK(ended.exit_code == 105);  // of the ten minutes it was to last
  CHECK_THAT(ended.out, Contains("before its end"));
  CHECK(user.runs().empty());
  CHECK(user.done({"status"}) == "no run goes on\n");
  CHECK(std::filesystem::is_empty(user.sockets()));

  const json record = json::parse(user.done({"runs", "show", id, "--json"}));
  REQUIRE(record.at("notes").size() == 1);
  CHECK(record.at("notes")[0].at("text") == "deploy \"b\" begins");
}

TEST_CASE("a run is followed line by line until it ends, or until nobody wants to know", "[integration][control]") {
  const User user;
  const auto run = user.run();
  Subprocess people({thresher_binary(), "status", "--watch"}, user.environment, user.folder.path());
  Subprocess programs({thresher_binary(), "status", "--watch", "--json"}, user.environment, user.folder.path());
  Subprocess impatient({thresher_binary(), "status", "--watch"}, user.environment, user.folder.path());
  REQUIRE(impatient.wait_for("running"));
  impatient.send(SIGINT);
  CHECK(impatient.finish().exit_code == 0);
  REQUIRE(people.wait_for("running  users 2"));
  REQUIRE(programs.wait_for("\"event\":\"second\""));
  user.done({"stop", "--now"});
  const Finished ended = run->finish();
  INFO(ended.out << ended.err);

  const Finished told = people.finish();
  CHECK(told.exit_code == 0);
  CHECK_THAT(told.out, Contains("sleeps  thresher run sleeps.lua") && Contains("/10:00] ") && Contains("rps 0") &&
                           Contains("stop: ") && Contains("recorded as "));
  const Finished lines = programs.finish();
  CHECK(lines.exit_code == 0);
  std::vector<json> events;
  for (std::size_t at = 0; at < lines.out.size(); at = lines.out.find('\n', at) + 1)
    events.push_back(json::parse(lines.out.substr(at, lines.out.find('\n', at) - at)));
  REQUIRE(events.size() >= 3);
  CHECK(events.front().at("event") == "begin");
  CHECK(events.front().at("data").at("points").size() >= 1);
  CHECK(events.back().at("event") == "end");
  CHECK(events.back().at("data").at("exit_code") == ended.exit_code);
  CHECK(events.back().at("data").at("id") == events.front().at("data").at("run").at("id"));
}

TEST_CASE("a failure is shown with what was asked", "[integration][control]") {
  const User user;
  user.folder.write("asks.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "asks", host = "http://127.0.0.1:1" }
s:task { "ask", function(user)
  user:get("/nobody?n=1", { name = "/nobody" })
  thresher.sleep(0.05)
end }
return s
)lua");
  Subprocess run({thresher_binary(), "run", "asks.lua", "--users", "1", "--run-time", "10m", "--no-color"},
                 user.environment, user.folder.path());
  const json found =
      user.eventually([](const json& r) { return standing(r) && !r.at("second").at("failures").empty(); });
  const json& failure = found.at("second").at("failures")[0];
  CHECK(failure.at("name") == "/nobody");
  CHECK(failure.at("error") == "connect_refused");
  CHECK(failure.at("example").at("url") == "http://127.0.0.1:1/nobody?n=1");
  CHECK(failure.at("example").at("status") == 0);
  user.done({"stop", "--now"});
  CHECK(run.finish().signal == 0);
}

TEST_CASE("a killed run leaves a socket behind, which the next status removes", "[integration][control]") {
  const User user;
  const auto run = user.run();
  const std::string id = user.eventually(standing).at("run").at("id").get<std::string>();
  Subprocess watching({thresher_binary(), "status", "--watch"}, user.environment, user.folder.path());
  REQUIRE(watching.wait_for("running"));
  run->send(SIGKILL);
  run->finish();
  const Finished watched = watching.finish();
  CHECK(watched.exit_code == 104);
  CHECK_THAT(watched.err, Contains(id + ": the run's process went away without a word"));
  CHECK(std::filesystem::exists(std::filesystem::symlink_status(user.sockets() / (id + ".sock"))));
  CHECK(user.done({"status"}) == "no run goes on\n");
  CHECK(std::filesystem::is_empty(user.sockets()));
  CHECK_THAT(user.refused({"pause"}), Contains("no run goes on: `thresher run` starts one"));
}

TEST_CASE("of several runs a person says which, or is told what there is", "[integration][control]") {
  const User user;
  const auto first = user.run({"--no-history"});
  const auto second = user.run({"--no-history"});
  const std::string older = "p" + std::to_string(first->pid()), newer = "p" + std::to_string(second->pid());
  CHECK_THAT(user.refused({"pause"}),
             Contains("2 runs go on, say which: " + newer + ", " + older + " (`thresher status` shows them)"));
  CHECK_THAT(user.refused({"pause", "q"}), Contains("no run that goes on begins with 'q'; there is " + newer));
  CHECK_THAT(user.done({"status"}), Contains(older) && Contains(newer));
  CHECK_THAT(user.done({"stop", "last", "--now"}), Contains(newer + " is interrupted"));
  second->finish();
  CHECK_THAT(user.done({"note", "alone now"}), Contains(older));
  CHECK_THAT(user.done({"stop", older, "--now"}), Contains(older));
  CHECK_THAT(first->finish().out, Contains("note: alone now"));
}

TEST_CASE("a rehearsal is looked at and stopped, and takes nothing that would change its figures",
          "[integration][control]") {
  const User user;
  Subprocess rehearsal(
      {thresher_binary(), "rehearse", "sleeps.lua", "--users", "50", "--run-time", "1000h", "--no-color"},
      user.environment, user.folder.path());
  const json found = user.eventually(standing);
  CHECK(found.at("run").at("kind") == "rehearsal");
  CHECK(found.at("run").at("id") == "p" + std::to_string(rehearsal.pid()));
  CHECK(found.at("second").at("scalable").at("users") == false);
  CHECK_THAT(user.refused({"pause"}), Contains("a rehearsal takes no pause: its time is virtual"));
  user.done({"note", "seen"});
  user.done({"stop"});
  const Finished ended = rehearsal.finish();
  CHECK(ended.signal == 0);
  CHECK_THAT(ended.out, Contains("note: seen"));
}

TEST_CASE("a run that cannot have a socket says so once and goes on", "[integration][control]") {
  const User user;
  auto environment = user.environment;
  environment["XDG_RUNTIME_DIR"] = user.folder.path() + "/nowhere";
  const Finished ran = run_thresher({"run", "sleeps.lua", "--users", "1", "--run-time", "1s", "--no-color"},
                                    environment, user.folder.path());
  INFO(ran.out << ran.err);
  CHECK((ran.exit_code == 0 || ran.exit_code == 121));  // the machine may be busy
  const std::string warning = "this run cannot be watched or steered from outside";
  REQUIRE_THAT(ran.err, Contains(warning) && Contains("set XDG_RUNTIME_DIR to a folder of your own"));
  CHECK(ran.err.find(warning) == ran.err.rfind(warning));
}
