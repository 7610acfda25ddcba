// The page's routes in virtual time, where no process can be started.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "fake_store.h"
#include "service/live/live_host.h"
#include "service_world.h"
#include "support/temporary_folder.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// What the cli would write, in short.
struct Documents final : service::PageDocuments {
  std::string runs(const std::vector<store::RunRecord>& all) override {
    Json listed = Json::array();
    for (const store::RunRecord& run : all) listed.push_back({{"id", run.id}, {"baseline", run.baseline}});
    return Json{{"runs", listed}}.dump();
  }
  Result<std::string> run(store::RunStore&, const store::RunRecord& run) override {
    return Json{{"id", run.id}, {"document", Json::parse(run.document, nullptr, false)}}.dump();
  }
  std::string comparison(const store::RunRecord& base, const store::RunRecord& run) override {
    return Json{{"base", base.id}, {"run", run.id}}.dump();
  }
  Result<std::string> statistics_csv(const store::RunRecord& run) override {
    return "Type,Name\r\n," + run.id + "\r\n";
  }
  std::string choices() override { return R"({"profiles":[],"stand_ins":[],"executors":["constant-vus"]})"; }
  std::vector<std::string> scenario_files() override { return {}; }
};

struct LiveWorld {
  explicit LiveWorld(bool with_store = true, std::string token = {}) {
    service::LiveOptions options;
    options.address = event::Address::loopback(8089);
    options.token = std::move(token);
    options.version = "1.2.3";
    options.sockets = options.reports = folder.path();
    options.program.path = "/nowhere/thresher";
    auto started = service::LiveHost::start(*loop, {.documents = &documents, .store = with_store ? &store : nullptr},
                                            std::move(options));
    REQUIRE(started);
    host = std::move(*started);
  }

  Heard ask(const std::string& method, const std::string& target, const std::string& body = {},
            const std::string& headers = {}) {
    Client client(*loop, host->address());
    world.run_until(world.now() + 1ms);
    client.stream->write(fmt::format("{} {} HTTP/1.1\r\nHost: localhost:8089\r\nContent-Length: {}\r\n{}\r\n{}", method,
                                     target, body.size(), headers, body));
    world.run_until(world.now() + 10ms);
    return ServiceWorld::read(client.heard);
  }
  Heard get(const std::string& target) { return ask("GET", target); }

  /// A recorded run that ended, with this report.
  std::string record(const Json& document) {
    store::RunEnd end;
    end.document = document.dump();
    end.figures.requests = 200;
    end.figures.requests_failed = 3;
    end.figures.latency_p95 = 12ms;
    const std::string id = store.begin({}).value();
    REQUIRE(store.finish(id, end));
    return id;
  }

  TemporaryFolder folder;
  Documents documents;
  FakeStore store;
  event::VirtualWorld world{{.latency = Nanoseconds{0}}};
  std::unique_ptr<event::Loop> loop = world.make_loop();
  std::unique_ptr<service::LiveHost> host;
};

}  // namespace

TEST_CASE("the host says what it is, and describes each of its endpoints", "[unit][service]") {
  LiveWorld world;
  const Json host = world.get("/api/host").json();
  CHECK(host.at("version") == "1.2.3");
  CHECK(host.at("first").is_null());
  CHECK(host.at("can_start") == true);
  const Json document = world.get("/openapi.json").json();
  CHECK(document.at("info").at("title") == "Thresher's live page");
  for (const auto& [path, method] :
       std::vector<std::pair<std::string, std::string>>{{"/api/host", "get"},
                                                        {"/api/catalogue", "get"},
                                                        {"/api/selection", "post"},
                                                        {"/api/live", "post"},
                                                        {"/api/live", "get"},
                                                        {"/api/live/{id}", "get"},
                                                        {"/api/live/{id}/events", "get"},
                                                        {"/api/live/{id}/pause", "post"},
                                                        {"/api/live/{id}/resume", "post"},
                                                        {"/api/live/{id}/stop", "post"},
                                                        {"/api/live/{id}/kill", "post"},
                                                        {"/api/live/{id}/scale", "post"},
                                                        {"/api/live/{id}/notes", "post"},
                                                        {"/api/history", "get"},
                                                        {"/api/history/{id}", "get"},
                                                        {"/api/history/{id}", "delete"},
                                                        {"/api/history/{id}/download", "get"},
                                                        {"/api/history/{id}/baseline", "post"},
                                                        {"/api/history/{id}/baseline", "delete"},
                                                        {"/api/history/compare", "get"},
                                                        {"/api/history/trend", "get"}}) {
    INFO(method << " " << path);
    CHECK(document.at("paths").contains(path));
    CHECK(document.at("paths").value(path, Json::object()).contains(method));
  }
}

TEST_CASE("another site's page cannot start or steer a run", "[unit][service]") {
  LiveWorld world;
  for (const char* target : {"/api/live", "/api/selection", "/api/live/p1/stop", "/api/history/run-1/baseline"}) {
    INFO(target);
    CHECK(world.ask("POST", target, "{}", "Origin: http://evil.example\r\n").status == 403);
    CHECK(world.ask("POST", target, "{}", "Sec-Fetch-Site: cross-site\r\n").status == 403);
    CHECK(world.ask("POST", target, "{}", "Origin: http://localhost:8089\r\n").status != 403);
  }
  CHECK(world.ask("DELETE", "/api/history/run-1", "", "Origin: null\r\n").status == 403);
  // A GET that runs the user's scripts is no mere reading.
  CHECK(world.ask("GET", "/api/catalogue", "", "Sec-Fetch-Site: cross-site\r\n").status == 403);
  CHECK(world.ask("GET", "/api/live", "", "Sec-Fetch-Site: cross-site\r\n").status == 200);
}

TEST_CASE("with a token the page itself opens without it, and nothing behind it does", "[unit][service]") {
  LiveWorld world(true, "secret");
  CHECK(world.get("/").status == 200);
  CHECK(world.get("/page/uPlot.min.css").status == 200);
  for (const char* target : {"/api/host", "/api/live", "/api/history", "/openapi.json"}) {
    INFO(target);
    CHECK(world.get(target).status == 401);
    CHECK(world.ask("GET", target, "", "Authorization: Bearer wrong!\r\n").status == 401);
    CHECK(world.ask("GET", target, "", "Authorization: Bearer secret\r\n").status == 200);
  }
}

TEST_CASE("a host that others reach does not start without a token", "[unit][service]") {
  event::VirtualWorld world;
  const auto loop = world.make_loop();
  Documents documents;
  service::LiveOptions options;
  options.address = event::Address::parse("0.0.0.0", 8089).value();
  const auto started = service::LiveHost::start(*loop, {.documents = &documents}, options);
  REQUIRE_FALSE(started);
  CHECK_THAT(started.error().message, Contains("THRESHER_TOKEN"));
}

TEST_CASE("a wrong form, order or question is 400 and says what would be right", "[unit][service]") {
  LiveWorld world;
  const auto detail = [&](const Heard& heard) {
    CHECK(heard.status == 400);
    return heard.detail();
  };
  CHECK(detail(world.ask("POST", "/api/live", R"({"users":"ten"})")) ==
        R"(users is "ten": expected a whole number, 0 or more)");
  CHECK_THAT(detail(world.ask("POST", "/api/selection", "nonsense")), Contains("a form as a JSON object"));
  CHECK_THAT(detail(world.ask("POST", "/api/live/p1/scale", R"({"users":-1})")), Contains(R"({"users": 50})"));
  CHECK_THAT(detail(world.ask("POST", "/api/live/p1/scale", R"({"users":1,"rate":2})")), Contains("either of them"));
  CHECK_THAT(detail(world.ask("POST", "/api/live/p1/notes", R"({"text":"  "})")), Contains("1 to 1000 bytes"));
  CHECK_THAT(detail(world.get("/api/history?limit=0")), Contains("limit is '0'"));
  CHECK_THAT(detail(world.get("/api/history?before=yesterday")), Contains("before is 'yesterday'"));
  CHECK_THAT(detail(world.get("/api/history/trend?run=run-1&metric=p42")), Contains("p50, p95"));
  CHECK_THAT(detail(world.get("/api/history/compare?base=run-1")), Contains("run is missing"));
}

TEST_CASE("a run that does not go on is 404, and the answer says where else to look", "[unit][service]") {
  LiveWorld world;
  CHECK(world.get("/api/live").json() == Json{{"runs", Json::array()}});
  for (const char* target : {"/api/live/p9", "/api/live/p9/events"}) {
    const Heard heard = world.get(target);
    CHECK(heard.status == 404);
    CHECK_THAT(heard.detail(), Contains("no run 'p9' goes on") && Contains("/api/history/p9"));
  }
  CHECK(world.ask("POST", "/api/live/p9/pause").status == 404);
}

TEST_CASE("a history is listed page by page, and its runs are opened, followed and compared", "[unit][service]") {
  LiveWorld world;
  for (int run = 0; run < 3; ++run) world.record({{"requests", Json::array()}});
  const Json first = world.get("/api/history?limit=2").json();
  CHECK(first.at("runs").size() == 2);
  CHECK(first.at("before") == "1000000001000000000");
  CHECK(world.get("/api/history").json().at("before").is_null());
  CHECK(world.get("/api/history/run-2").json().at("downloads") == Json{"csv", "json"});
  CHECK(world.get("/api/history/compare?base=run-1&run=run-3").json() == Json{{"base", "run-1"}, {"run", "run-3"}});
  const Json trend = world.get("/api/history/trend?run=run-1&metric=failure_ratio").json();
  CHECK(trend.at("runs")[0].at("value") == 0.015);
  CHECK(world.get("/api/history/trend?run=run-1").json().at("runs")[0].at("value") == 12.0);
  CHECK(world.get("/api/history/run-9").status == 404);
}

TEST_CASE("only a file that the run's own report names can be downloaded", "[unit][service]") {
  LiveWorld world;
  const std::string page = (world.folder / "page.html").string();
  std::FILE* file = std::fopen(page.c_str(), "w");
  REQUIRE(file != nullptr);
  const std::string text(300'000, 'h');
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
  const Json files = {{{"kind", "html"}, {"path", page}}, {{"kind", "history"}, {"path", "/nowhere/history.jsonl"}}};
  const std::string id = world.record({{"run", {{"files", files}}}, {"requests", Json::array()}});

  const Heard html = world.get("/api/history/" + id + "/download?format=html");
  CHECK(html.status == 200);
  CHECK_THAT(html.head, Contains("filename=\"page.html\"") && Contains("Content-Security-Policy: sandbox"));
  CHECK(std::count(html.body.begin(), html.body.end(), 'h') == 300'000);
  const Heard history = world.get("/api/history/" + id + "/download?format=history");
  CHECK(history.status == 404);
  CHECK_THAT(history.detail(), Contains("--history FILE"));
  CHECK(world.get("/api/history/" + id).json().at("downloads") == Json{"html", "csv", "json"});
  CHECK(world.get("/api/history/" + id + "/download?format=../../etc/passwd").status == 400);
  CHECK_THAT(world.get("/api/history/" + id + "/download?format=csv").body, Contains("Type,Name"));
}

TEST_CASE("without a history each question for it is 503 with the reason", "[unit][service]") {
  LiveWorld world(false);
  for (const char* target : {"/api/history", "/api/history/run-1", "/api/history/trend?run=run-1"}) {
    const Heard heard = world.get(target);
    CHECK(heard.status == 503);
    CHECK_THAT(heard.detail(), Contains("without a run history"));
  }
}

TEST_CASE("a run that cannot be started is an answer and no silence", "[unit][service]") {
  LiveWorld world;
  const Heard heard = world.ask("POST", "/api/live", R"({"files":["x.lua"]})");
  CHECK(heard.status == 422);
  CHECK_THAT(heard.detail(), Contains("starts no processes"));
}
