// The live page's host as a process of its own: runs are started, watched, steered and compared over HTTP.
#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>

#include "../serve/raw_client.h"
#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using namespace thresher::support;
using thresher::test::exchange;
using thresher::test::RawClient;

namespace {

std::string ping_script(std::uint16_t port) {
  return R"lua(
local thresher = require "thresher"
local ping = thresher.scenario { name = "ping", tags = { "smoke" }, host = "http://127.0.0.1:)lua" +
         std::to_string(port) + R"lua(", wait = thresher.constant(0.05) }
ping:task { "health", function(user)
  local res = user:get("/health", { name = "/health" })
  thresher.check(res, { ["status is 200"] = res.status == 200 })
end }
ping:task { "contents", tags = { "slow" }, function(user) user:get("/", { name = "/" }) end }
return ping
)lua";
}

std::uint16_t port_after(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words + "http://127.0.0.1:");
  REQUIRE(at != std::string::npos);
  return static_cast<std::uint16_t>(std::stoi(text.substr(text.find(':', at + words.size() + 7) + 1)));
}

int status_of(const std::string& answer) { return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0; }

json body_of(const std::string& answer) {
  return json::parse(answer.substr(answer.find("\r\n\r\n") + 4), nullptr, false);
}

/// `thresher serve` with its page, in a folder of its own with a script that loads the oracle itself.
class Page {
 public:
  explicit Page(std::vector<std::string> flags = {})
      : process_(command(std::move(flags)),
                 {{"DATABASE_URL", "sqlite:" + folder.path() + "/runs.db"},
                  {"XDG_DATA_HOME", folder.path()},
                  {"XDG_RUNTIME_DIR", folder.path()}},
                 folder.path()) {
    REQUIRE(process_.wait_for("Ctrl-C ends it"));
    port = port_after(process_.out(), "live page at ");
    folder.write("scripts/ping.lua", ping_script(port_after(process_.out(), "listens at ")));
  }

  std::string ask(const std::string& method, const std::string& target, const json& body = nullptr,
                  const std::string& headers = {}) const {
    return exchange(port, method, target, headers, body.is_null() ? std::string() : body.dump());
  }
  json get(const std::string& target) const { return body_of(ask("GET", target)); }
  json post(const std::string& target, const json& body) const { return body_of(ask("POST", target, body)); }

  /// Starts a run and returns its id.
  std::string start(const json& form) const {
    const std::string answer = ask("POST", "/api/live", form);
    INFO(answer);
    REQUIRE(status_of(answer) == 201);
    return body_of(answer).at("id");
  }
  Subprocess& process() { return process_; }

  ScratchFolder folder;
  std::uint16_t port = 0;

 private:
  static std::vector<std::string> command(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {thresher_binary(), "serve", "--port", "0", "--web-port", "0"});
    return flags;
  }

  Subprocess process_;
};

/// A browser's ear on a run.
class Listener {
 public:
  Listener(const Page& page, const std::string& id) : client_(page.port) {
    client_.send("GET /api/live/" + id + "/events HTTP/1.0\r\nHost: localhost\r\n\r\n");
  }
  std::size_t count(const std::string& event) const {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = heard_.find("event: " + event + "\n", at)) != std::string::npos; ++at) ++found;
    return found;
  }
  /// Listens until so many events of this name were heard; false: the stream ended, or nothing came for ten seconds.
  bool hear(const std::string& event, std::size_t times = 1) {
    heard_ = client_.read_until([&](const std::string& heard) {
      heard_ = heard;
      return count(event) >= times;
    });
    return count(event) >= times;
  }
  /// The data of the last event of this name.
  json last(const std::string& event) const {
    const std::size_t at = heard_.rfind("event: " + event + "\ndata: ");
    if (at == std::string::npos) return nullptr;
    const std::size_t begin = heard_.find("data: ", at) + 6;
    return json::parse(heard_.substr(begin, heard_.find('\n', begin) - begin), nullptr, false);
  }

 private:
  RawClient client_;
  std::string heard_;
};

const json kForm = {{"files", {"scripts/ping.lua"}}, {"users", 2}, {"run_time", "2s"}, {"seed", 7}};

}  // namespace

TEST_CASE("the catalogue has each script with its tasks, and a broken one with its line", "[integration][page]") {
  const Page page;
  page.folder.write("scripts/broken.lua", "local x = = 1\n");
  const json catalogue = page.get("/api/catalogue");
  REQUIRE(catalogue.at("files").size() == 2);
  const json& broken = catalogue.at("files")[0];
  CHECK_THAT(broken.at("file").get<std::string>(), Contains("broken.lua"));
  CHECK_THAT(broken.at("problem").at("where").get<std::string>(), Contains("broken.lua:1"));
  const json& ping = catalogue.at("files")[1];
  CHECK(ping.at("problem").is_null());
  CHECK(ping.at("scenarios")[0].at("tasks")[0].at("name") == "health");
  CHECK(catalogue.at("executors").size() == 7);
  CHECK_FALSE(catalogue.at("stand_ins").empty());
}

TEST_CASE("a selection is planned without sending anything, and its command line means the same",
          "[integration][page]") {
  const Page page;
  json form = kForm;
  form["tasks"] = {"health"};
  form["thresholds"] = {{{"metric", "http_req_duration"}, {"expression", "p(95)<500"}}};
  const json selection = page.post("/api/selection", form);
  INFO(selection.dump());
  CHECK(selection.at("problem").is_null());
  CHECK(selection.at("command_line") ==
        "thresher run scripts/ping.lua --users 2 --run-time 2s --seed 7 --task health --threshold 'http_req_duration: "
        "p(95)<500'");
  CHECK(selection.at("plan").at("scenarios")[0].at("tasks").size() == 1);
  CHECK(selection.at("thresholds")[0].at("expression") == "p(95)<500");
  CHECK(selection.at("curve") == json{{{"at_s", 0.0}, {"users", 2.0}}, {{"at_s", 2.0}, {"users", 2.0}}});
  CHECK(selection.at("stand_ins_needed").empty());
  form["host"] = "http://localhost:8007";  // a port of the fleet's
  CHECK(page.post("/api/selection", form).at("stand_ins_needed") == json{"leveredge"});
  CHECK(page.get("/api/live").at("runs").empty());
}

TEST_CASE("what is wrong with a form is named where it was written", "[integration][page]") {
  const Page page;
  page.folder.write("bad.toml", "users = 2\nrun_tiem = \"5s\"\n");
  json form = kForm;
  form["profile"] = "bad.toml";
  const json problem = page.post("/api/selection", form).at("problem");
  CHECK_THAT(problem.at("message").get<std::string>(), Contains("run_time"));
  CHECK(problem.at("where") == "bad.toml:2");
  const std::string refused = page.ask("POST", "/api/live", form);
  CHECK(status_of(refused) == 422);
  CHECK_THAT(body_of(refused).at("detail").get<std::string>(), Contains("bad.toml:2"));
  form["profile"] = nullptr;
  form["files"] = {"scripts/pong.lua"};
  CHECK_THAT(page.post("/api/selection", form).at("problem").at("message").get<std::string>(),
             Contains("scripts/pong.lua"));
}

TEST_CASE("a page of another site can start nothing", "[integration][page]") {
  const Page page;
  CHECK(status_of(page.ask("POST", "/api/live", kForm, "Origin: http://evil.example\r\n")) == 403);
  CHECK(status_of(page.ask("POST", "/api/live", kForm, "Sec-Fetch-Site: cross-site\r\n")) == 403);
  CHECK(page.get("/api/live").at("runs").empty());
}

TEST_CASE("a run is started, watched, steered, stopped and found in the history", "[integration][page]") {
  const Page page;
  json form = kForm;
  form["executor"] = "externally-controlled";
  form["run_time"] = "100s";
  const std::string id = page.start(form);
  Listener listener(page, id);
  REQUIRE(listener.hear("second", 2));
  const json begin = listener.last("begin");
  CHECK(begin.at("run").at("id") == id);
  CHECK(begin.at("run").at("name") == "ping");
  CHECK(listener.last("second").at("users") == 2);
  CHECK(page.get("/api/live").at("runs")[0].at("id") == id);

  CHECK(page.post("/api/live/" + id + "/scale", {{"users", 3}}).at("ok") == true);
  CHECK(page.post("/api/live/" + id + "/notes", {{"text", "deploy begins"}}).at("ok") == true);
  CHECK(page.post("/api/live/" + id + "/pause", nullptr).at("ok") == true);
  CHECK(page.post("/api/live/" + id + "/resume", nullptr).at("ok") == true);
  REQUIRE(listener.hear("second", listener.count("second") + 2));
  CHECK(page.get("/api/live/" + id).at("users_planned") == 3);
  CHECK(page.post("/api/live/" + id + "/stop", nullptr).at("ok") == true);
  REQUIRE(listener.hear("end"));
  CHECK(listener.last("end").at("id") == id);

  const json run = page.get("/api/history/" + id);
  CHECK(run.at("document").at("requests").size() >= 2);
  CHECK_THAT(run.at("notes").dump(), Contains("deploy begins"));
  CHECK(run.at("downloads") == json{"html", "csv", "json"});
  CHECK_THAT(page.ask("GET", "/api/history/" + id + "/download?format=html"), Contains("<!doctype html>"));
  CHECK_THAT(page.ask("GET", "/api/history/" + id + "/download?format=csv"),
             Contains("Type,Name,Request Count") && Contains("GET,/health,") && Contains(",Aggregated,"));
}

TEST_CASE("two runs are compared with their curves, and one of them made the baseline", "[integration][page]") {
  const Page page;
  std::vector<std::string> ids;
  for (int run = 0; run < 2; ++run) {
    ids.push_back(page.start(kForm));
    Listener listener(page, ids.back());
    REQUIRE(listener.hear("end"));
    CHECK(listener.last("end").at("id") == ids.back());
  }
  const json compared = page.get("/api/history/compare?base=" + ids[0] + "&run=" + ids[1]);
  CHECK(compared.at("schema") == "thresher.comparison/1");
  const json& curves = compared.at("curves");
  CHECK(curves.at("percentiles").size() == curves.at("baseline").size());
  CHECK(curves.at("current").back().get<double>() >= curves.at("current").front().get<double>());

  // A machine too busy to measure makes its runs INVALID, and those are nobody's measure.
  const bool measured = page.get("/api/history/" + ids[0]).at("validity") != "INVALID";
  const std::string marked = page.ask("POST", "/api/history/" + ids[0] + "/baseline");
  INFO(marked);
  CHECK(status_of(marked) == (measured ? 200 : 409));
  const json trend = page.get("/api/history/trend?run=" + ids[1] + "&metric=p95&count=5");
  REQUIRE(trend.at("runs").size() == (measured ? 2 : 1));
  CHECK(trend.at("runs").front().at("baseline") == measured);
  CHECK(trend.at("runs").back().at("value").get<double>() > 0);
  CHECK(status_of(page.ask("DELETE", "/api/history/" + ids[0])) == 200);
  CHECK(page.get("/api/history").at("runs").size() == 1);
}

TEST_CASE("a rehearsal that is over in a moment is still heard to its end", "[integration][page]") {
  const Page page;
  json form = kForm;
  form["rehearse"] = true;
  const std::string id = page.start(form);
  CHECK(id.starts_with("p"));
  Listener listener(page, id);
  REQUIRE(listener.hear("end"));
}

TEST_CASE("a host that is asked to end waits for the reports of its runs", "[integration][page]") {
  Page page;
  json form = kForm;
  form["run_time"] = "100s";
  const std::string id = page.start(form);
  Listener listener(page, id);
  REQUIRE(listener.hear("second"));
  page.process().send(SIGINT);
  const Finished ended = page.process().finish();
  CHECK(ended.exit_code == 0);
  const Finished shown =
      run_thresher({"runs", "show", id, "--json"}, {{"DATABASE_URL", "sqlite:" + page.folder.path() + "/runs.db"}});
  const json run = json::parse(shown.out, nullptr, false);
  REQUIRE(run.is_object());
  CHECK(run.at("status") == "interrupted");
  CHECK(run.at("document").at("stop").at("reason") == "interrupted");
}

TEST_CASE("run with a page prints what it prints without, and ends with the run's code", "[integration][page]") {
  const Page target;
  const std::map<std::string, std::string> environment{{"DATABASE_URL", "sqlite:" + target.folder.path() + "/runs.db"},
                                                       {"XDG_RUNTIME_DIR", target.folder.path()}};
  const auto command = [&](std::vector<std::string> more) {
    std::vector<std::string> words{thresher_binary(), "run", "scripts/ping.lua", "--web", "--web-port", "0",
                                   "--users",         "1",   "--run-time",       "2s"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  SECTION("with --autoquit it ends with the run") {
    Subprocess run(command({"--autoquit", "--threshold", "http_req_duration: p(95)<0"}), environment,
                   target.folder.path());
    const Finished ended = run.finish();
    CHECK((ended.exit_code == 99 || ended.exit_code == 121));  // 121: the machine was too busy to measure
    CHECK_THAT(ended.out, Contains("the page is at http://127.0.0.1:") && Contains("recorded as "));
    CHECK_THAT(ended.out, !Contains("the page stays"));
  }
  SECTION("otherwise the page stays until it is told to end") {
    Subprocess run(command({}), environment, target.folder.path());
    REQUIRE(run.wait_for("the page stays at"));
    const std::uint16_t port = port_after(run.out(), "the page is at ");
    const json host = body_of(exchange(port, "GET", "/api/host"));
    REQUIRE(host.at("first").is_string());
    const std::string id = host.at("first");
    CHECK_THAT(run.out(), Contains("recorded as " + id));
    CHECK(body_of(exchange(port, "GET", "/api/history/" + id)).at("command_line") ==
          "thresher run scripts/ping.lua --users 1 --run-time 2s");
    run.send(SIGINT);
    const int code = run.finish().exit_code;
    CHECK((code == 0 || code == 121));
  }
  SECTION("a command line that is wrong ends it at once") {
    Subprocess run(command({"--profile", "nobody"}), environment, target.folder.path());
    const Finished ended = run.finish();
    CHECK(ended.exit_code == 104);
    CHECK_THAT(ended.err, Contains("nobody"));
  }
  SECTION("a signal stops the run with its report, and a second one the page") {
    Subprocess run(command({"--run-time", "100s"}), environment, target.folder.path());
    REQUIRE(run.wait_for("the page is at"));
    const std::uint16_t port = port_after(run.out(), "the page is at ");
    std::string first;
    while (first.empty()) {
      const json host = body_of(exchange(port, "GET", "/api/host"));
      REQUIRE(host.is_object());
      if (host.at("first").is_string()) first = host.at("first");
    }
    RawClient ear(port);
    ear.send("GET /api/live/" + first + "/events HTTP/1.0\r\nHost: localhost\r\n\r\n");
    ear.read_until([](const std::string& heard) { return heard.find("event: second") != std::string::npos; });
    run.send(SIGINT);
    REQUIRE(run.wait_for("the page stays at"));
    CHECK_THAT(run.out(), Contains("recorded as " + first));
    run.send(SIGINT);
    const int code = run.finish().exit_code;
    CHECK((code == 105 || code == 121));
  }
}
