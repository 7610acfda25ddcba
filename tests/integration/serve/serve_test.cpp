// `thresher serve` as a process of its own, over real sockets.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "raw_client.h"
#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using namespace thresher::support;
using thresher::test::exchange;
using thresher::test::RawClient;

namespace {

/// The service on a free port, with a history of its own.
class Served {
 public:
  explicit Served(std::vector<std::string> flags = {}, std::map<std::string, std::string> environment = {})
      : process_(command(std::move(flags)), with_history(std::move(environment))) {
    REQUIRE(process_.wait_for("Ctrl-C ends it"));
    const std::string& out = process_.out();
    const std::size_t colon = out.find(':', out.find("http://") + 7);
    port = static_cast<std::uint16_t>(std::stoi(out.substr(colon + 1)));
  }

  json get(const std::string& target) const { return body_of(exchange(port, "GET", target)); }
  json post(const std::string& target, const std::string& body) const {
    return body_of(exchange(port, "POST", target, "Content-Type: application/json\r\n", body));
  }
  static json body_of(const std::string& answer) {
    return json::parse(answer.substr(answer.find("\r\n\r\n") + 4), nullptr, false);
  }
  Subprocess& process() { return process_; }
  std::string history() const { return folder_.path() + "/runs.db"; }

  std::uint16_t port = 0;

 private:
  static std::vector<std::string> command(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {thresher_binary(), "serve", "--port", "0"});
    return flags;
  }
  std::map<std::string, std::string> with_history(std::map<std::string, std::string> environment) const {
    environment.emplace("DATABASE_URL", "sqlite:" + history());
    return environment;
  }

  ScratchFolder folder_;
  Subprocess process_;
};

int status_of(const std::string& answer) { return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0; }

/// The lines of a chunked answer; a chunk is a line.
std::vector<json> lines_of(const std::string& heard) {
  std::vector<json> lines;
  std::size_t at = heard.find("\r\n\r\n") + 4;
  for (std::size_t end = 0; (end = heard.find("\r\n", at)) != std::string::npos;) {
    const std::size_t size = std::stoul(heard.substr(at, end - at), nullptr, 16);
    if (size == 0 || end + 2 + size > heard.size()) break;
    lines.push_back(json::parse(heard.substr(end + 2, size)));
    at = end + 2 + size + 2;
  }
  return lines;
}

}  // namespace

TEST_CASE("serve says in one line where it listens and where runs are stored", "[integration][serve]") {
  Served served;
  const std::string& out = served.process().out();
  CHECK(std::count(out.begin(), out.end(), '\n') == 1);
  CHECK_THAT(out, Contains("http://127.0.0.1:" + std::to_string(served.port)) && Contains(served.history()));
}

TEST_CASE("every generator endpoint answers with what its schema requires", "[integration][serve]") {
  Served served;
  const json document = served.get("/openapi.json");
  int asked = 0;
  for (const auto& [path, methods] : document.at("paths").items()) {
    if (!methods.contains("get") || methods["get"]["tags"] != json({"generate"}) || path.ends_with("/stream")) continue;
    INFO(path);
    const json answer = served.get(path);
    const json& schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    for (const json& name : schema.at("required")) CHECK(answer.contains(name.get<std::string>()));
    CHECK(served.get(path + "?now=1700000000") == served.get(path + "?now=1700000000"));
    ++asked;
  }
  CHECK(asked == 7);
  CHECK(served.get("/api/agents/fleet?scale=medium").at("agents").size() == 50);
  CHECK(served.get("/api/agents/workflow?workflow_type=saga&num_tasks=9").at("tasks").size() == 9);
}

TEST_CASE("compat answers what the public generator does", "[integration][serve]") {
  Served served;
  // From the contract: seed 12345, small, Python's random draws.
  const json fleet = served.get("/api/agents/fleet?seed=12345&compat=true");
  CHECK(fleet.at("agents")[0].at("agent_id") == "agent-plan-0c53c64d");
  CHECK(fleet.at("agents")[0].at("name") == "Director-000");
  const json workflow = served.get("/api/agents/workflow?workflow_type=linear&chaos_rate=0.2&compat=true");
  CHECK(workflow.at("tasks").size() == 6);
  CHECK(workflow.at("tasks")[0].at("type") == "aggregation");
}

TEST_CASE("a wrong parameter is 400 and named with its value and range", "[integration][serve]") {
  Served served;
  for (const auto& [target, detail] : std::map<std::string, std::string>{
           {"/api/agents/team?size=11", "parameter \"size\" must be between 3 and 10, not 11"},
           {"/api/agents/workflow?num_tasks=x",
            "parameter \"num_tasks\" must be an integer between 2 and 20, not \"x\""},
           {"/api/agents/stream?rate=0", "parameter \"rate\" must be between 1 and 100, not 0"}}) {
    const std::string answer = exchange(served.port, "GET", target);
    CHECK(status_of(answer) == 400);
    CHECK(Served::body_of(answer).at("detail") == detail);
  }
}

TEST_CASE("a stream gives its lines in order and ends with the service", "[integration][serve]") {
  Served served;
  RawClient reader(served.port);
  reader.send("GET /api/agents/stream?rate=50&seed=100&chaos_rate=0.3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  reader.read_until([](const std::string& heard) { return lines_of(heard).size() >= 25; });
  served.process().send(SIGTERM);
  const auto lines = lines_of(reader.read_to_end());
  REQUIRE(lines.size() >= 25);
  for (std::size_t n = 0; n < lines.size(); ++n) {
    CHECK(lines[n].at("stream_sequence") == n);
    CHECK_THAT(lines[n].at("workflow_id").get<std::string>(), Catch::Matchers::EndsWith("-" + std::to_string(100 + n)));
  }
  CHECK(reader.at_end());
  CHECK(reader.read_to_end().ends_with("0\r\n\r\n"));
  const Finished ended = served.process().finish();
  CHECK(ended.exit_code == 0);
}

TEST_CASE("SIGINT ends an idle service, and a second one a busy service at once", "[integration][serve]") {
  Served idle;
  exchange(idle.port, "GET", "/health");
  idle.process().send(SIGINT);
  const Finished ended = idle.process().finish();
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Contains("1 requests answered"));

  Served busy;
  RawClient stuck(busy.port);
  stuck.send("POST /api/agents/run-stress-test HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{");
  exchange(busy.port, "GET", "/health");  // by now the half request has been read
  busy.process().send(SIGINT);
  REQUIRE(busy.process().wait_for("once more"));
  busy.process().send(SIGINT);
  CHECK(busy.process().finish().exit_code == 105);
}

TEST_CASE("a token is demanded when it is set, and needed where others can reach", "[integration][serve]") {
  Served served({}, {{"THRESHER_TOKEN", "s3cret"}});
  CHECK(status_of(exchange(served.port, "GET", "/health")) == 401);
  CHECK(status_of(exchange(served.port, "GET", "/health", "Authorization: Bearer wrong1\r\n")) == 401);
  CHECK(status_of(exchange(served.port, "GET", "/health", "Authorization: Bearer s3cret\r\n")) == 200);

  const Finished open = run_thresher({"serve", "--bind", "0.0.0.0", "--port", "0", "--no-history"});
  CHECK(open.exit_code == 104);
  CHECK_THAT(open.err, Contains("0.0.0.0") && Contains("THRESHER_TOKEN"));
}

TEST_CASE("what is wrong at the start ends with 104 and the way out", "[integration][serve]") {
  Served served;
  const auto refusal = [](std::vector<std::string> flags) {
    flags.insert(flags.begin(), "serve");
    flags.emplace_back("--no-history");
    const Finished run = run_thresher(flags);
    CHECK(run.exit_code == 104);
    return run.err;
  };
  const std::string port = std::to_string(served.port);
  CHECK_THAT(refusal({"--port", port}), Contains("127.0.0.1:" + port) && Contains("ss -ltnp") && Contains("--port"));
  CHECK_THAT(refusal({"--port", "65536"}), Contains("--port '65536': expected a whole number from 0 to 65535"));
  CHECK_THAT(refusal({"--bind", "nowhere"}), Contains("--bind 'nowhere'"));
  CHECK_THAT(refusal({"--platform-url", "staging"}), Contains("--platform-url"));
  CHECK_THAT(refusal({"--max-loads", "0"}), Contains("--max-loads '0'"));
  const Finished database = run_thresher({"serve", "--port", "0", "--database", "sqlite:/proc/nowhere/runs.db"});
  CHECK(database.exit_code == 104);
}

TEST_CASE("requests that break the rules are refused in JSON", "[integration][serve]") {
  Served served({"--max-body", "1000"});
  const auto detail = [&](const std::string& bytes) {
    RawClient client(served.port);
    client.send(bytes);
    const std::string answer = client.read_until([](const std::string& heard) { return heard.ends_with("}"); });
    return std::to_string(status_of(answer)) + " " + Served::body_of(answer).value("detail", "");
  };
  CHECK_THAT(detail("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n"),
             Contains("413") && Contains("1000"));
  CHECK_THAT(detail("nonsense\r\n\r\n"), Contains("400"));
  CHECK_THAT(detail("GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n"), Contains("421"));
  CHECK_THAT(detail("POST /api/agents/push-fleet HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.test\r\n\r\n"),
             Contains("403"));
}

TEST_CASE("a push to a platform that is not there is 502 and says why", "[integration][serve]") {
  Served served({"--platform-url", "http://127.0.0.1:9"});
  const std::string push = exchange(served.port, "POST", "/api/agents/push-fleet", "", "{}");
  CHECK(status_of(push) == 502);
  CHECK_THAT(Served::body_of(push).at("detail").get<std::string>(), Contains("connect_refused"));
}

TEST_CASE("help shows examples, and --verbose a line for every request", "[integration][serve]") {
  const Finished help = run_thresher({"serve", "--help"});
  CHECK(help.exit_code == 0);
  CHECK(help.out.find("Examples:") < help.out.find("--port"));
  CHECK_THAT(help.out, Contains("THRESHER_TOKEN") && Contains("PLATFORM_URL") && Contains("DATABASE_URL"));

  Served served({"--verbose"});
  exchange(served.port, "GET", "/api/agents/team?size=99");
  served.process().send(SIGTERM);
  CHECK_THAT(served.process().finish().err, Contains("GET /api/agents/team?size=99 400 "));
}
