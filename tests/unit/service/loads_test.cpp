#include <catch2/catch.hpp>

#include "service_world.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kStressTest = "/api/agents/run-stress-test";
constexpr const char* kStreamLoad = "/api/agents/stream-load-test";

/// What the script tells of a push that went well.
void tell_of_success(const FakeLauncher::Started& load) {
  load.tell(R"({"t":0,"event":"run","run":"r"})");
  load.tell(
      R"({"t":1,"event":"fleet","fleet":{"fleet_id":"fleet-7-small","total_agents":10,"distribution":{},"agents":[1]}})");
  load.tell(R"({"t":2,"event":"fleet_answer","status":200,"answer":{"status":"success"}})");
  load.tell(R"({"t":3,"event":"scenario","scenario":"stress-7-small","document":{"summary":{"total_tasks":31}}})");
  load.tell(R"({"t":4,"event":"accepted","item":"stress-7-small","id":"x1","answer":{}})");
  load.tell(
      R"({"t":5,"event":"result","item":"stress-7-small","answer":{"status":"completed","completion_rate":0.96}})");
}

service::LoadOutcome passed() {
  service::LoadOutcome outcome;
  outcome.documents["analysis"] = R"({"verdict":"PASS","summary":"handled"})";
  return outcome;
}

/// A stress test waiting for its answer.
struct Waiting {
  explicit Waiting(ServiceWorld& in, const std::string& body = R"({"seed":7,"workflow_count":3})")
      : world(in), client(in.connect()) {
    client->stream->write(fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}",
                                      kStressTest, body.size(), body));
    world.advance(1ms);
  }
  const FakeLauncher::Started& load() const { return *world.launcher.started.back(); }
  Heard heard() {
    world.advance(1ms);
    return ServiceWorld::read(client->heard);
  }

  ServiceWorld& world;
  std::unique_ptr<Client> client;
};

}  // namespace

TEST_CASE("a stress test is started with what was asked and answered when it has ended", "[service][loads]") {
  ServiceWorld world;
  Waiting test(world);
  REQUIRE(world.launcher.started.size() == 1);
  const auto& settings = test.load().request.settings;
  CHECK(test.load().request.task == "push");
  CHECK(test.load().request.seed == 7);
  CHECK(settings.at("TARGET_URL") == "http://platform.test:8080");
  CHECK(settings.at("SCALE") == "small");
  CHECK(settings.at("WORKFLOW_COUNT") == "3");
  CHECK(settings.at("CHAOS_RATE") == "0.2");
  CHECK(settings.at("SEED") == "7");
  CHECK(settings.at("TENANT_ID") == "stress-test");
  CHECK(test.heard().status == 0);  // still waiting
  CHECK(world.get("/api/agents/stress-test-runs/run-1").json().at("status") == "running");

  tell_of_success(test.load());
  world.advance(5s);
  test.load().finish(passed());
  const Heard heard = test.heard();
  CHECK(heard.status == 200);
  const Json answer = heard.json();
  CHECK(answer.at("run_id") == "run-1");
  CHECK(answer.at("status") == "completed");
  CHECK(answer.at("error").is_null());
  CHECK(answer.at("test_id") == "sm-3wf-20ch-s7");
  CHECK(answer.at("scenario_id") == "stress-7-small");
  CHECK(answer.at("fleet_summary").at("total_agents") == 10);
  CHECK(!answer.at("fleet_summary").contains("agents"));
  CHECK(answer.at("scenario_summary").at("total_tasks") == 31);
  CHECK(answer.at("execution_result").at("completion_rate") == 0.96);
  CHECK(answer.at("analysis").at("verdict") == "PASS");
  CHECK(answer.at("duration_ms") > 5000);

  const store::RunRecord& run = world.store.runs.at(0);
  CHECK(run.start.kind == "stress-test");
  CHECK(run.start.conditions == R"({"chaos_rate":0.2,"scale":"small","tenant_id":"stress-test","workflow_count":3})");
  CHECK(run.end.status == "completed");
  CHECK(run.end.verdict == "PASS");
  CHECK(run.end.figures.completion_rate == 0.96);
  CHECK(Json::parse(run.document) == answer);
  CHECK_FALSE(test.load().alive);
}

TEST_CASE("the status of a stress test is that of the document's table", "[service][loads]") {
  const auto status = [](std::vector<const char*> lines, service::LoadOutcome outcome = {}) {
    ServiceWorld world;
    Waiting test(world);
    for (const char* line : lines) test.load().tell(line);
    test.load().finish(std::move(outcome));
    const Json answer = test.heard().json();
    CHECK(world.store.runs.at(0).end.status == answer.at("status"));
    return answer.at("status").get<std::string>() + " | " +
           (answer.at("error").is_null() ? "" : answer.at("error").get<std::string>());
  };
  const char* fleet_fine = R"({"t":1,"event":"fleet_answer","status":200})";
  const char* result = R"({"t":5,"event":"result","item":"s","answer":{"status":"completed"}})";
  CHECK(status({R"({"t":1,"event":"fleet_answer","status":0,"error":"timeout"})"}) ==
        "fleet_ingestion_timeout | pushing the fleet: timeout");
  CHECK(status({R"({"t":1,"event":"fleet_answer","status":0,"error":"connect_refused"})"}) ==
        "fleet_ingestion_failed | pushing the fleet: connect_refused");
  CHECK(status({R"({"t":1,"event":"fleet_answer","status":500})"}) ==
        "fleet_ingestion_failed | pushing the fleet: the platform answered 500");
  CHECK(status({fleet_fine, R"({"t":2,"event":"rejected","item":"s","status":0,"error":"timeout"})"}) ==
        "scenario_submission_timeout | submitting the scenario: timeout");
  CHECK(status({fleet_fine, R"({"t":2,"event":"rejected","item":"s","status":422})"}) ==
        "scenario_submission_failed | submitting the scenario: the platform answered 422");
  CHECK(status({fleet_fine, R"({"t":2,"event":"gave_up","item":"s","waited_ms":300000,"status":"running"})"}) ==
        "timeout | the scenario was not finished after 300000 ms; last seen \"running\"");
  CHECK(status({fleet_fine}) == "execution_error | ");
  CHECK(status({fleet_fine, result}) == "completed_with_failures | ");  // nobody called it a pass
  CHECK(status({fleet_fine, result}, passed()) == "completed | ");
  service::LoadOutcome wrong = passed();
  wrong.violation_count = 1;
  wrong.violations.push_back({"order", "task a", "it ran first", "", Nanoseconds{1}});
  CHECK(status({fleet_fine, result}, wrong) == "completed_with_failures | ");
  service::LoadOutcome judged = passed();
  judged.documents["run"] = R"({"status":"completed_with_failures","error":"says the validator"})";
  CHECK(status({fleet_fine, result}, judged) == "completed_with_failures | says the validator");
  wrong.documents["run"] = R"({"status":"completed"})";  // of the validator that saw nothing wrong
  CHECK(status({fleet_fine, result}, wrong) == "completed_with_failures | ");
}

TEST_CASE("a history that makes no sense breaks nothing", "[service][loads]") {
  ServiceWorld world;
  Waiting test(world);
  for (const char* line : {"", "not json", "[]", "7", R"({"event":7})", R"({"event":"fleet_answer","status":"x"})",
                           R"({"event":"scenario"})", R"({"event":"result","answer":[1]})", R"({"event":"rejected"})"})
    test.load().tell(line);
  service::LoadOutcome outcome;
  outcome.documents = {{"run", "nonsense"}, {"analysis", R"({"verdict":7,"summary":[]})"}, {"checks", "3"}};
  test.load().finish(outcome);
  CHECK(test.heard().status == 200);
  CHECK(world.get("/health").json().at("loads") == 0);
}

TEST_CASE("without waiting the answer is 202, and the run is found by its id", "[service][loads]") {
  ServiceWorld world;
  const Heard heard = world.post(kStressTest, R"({"wait_for_completion":false})");
  CHECK(heard.status == 202);
  CHECK(heard.json().at("status") == "running");
  const std::string id = heard.json().at("run_id");
  CHECK(world.get("/api/agents/stress-test-runs/" + id).json().at("status") == "running");
  tell_of_success(*world.launcher.started[0]);
  world.launcher.started[0]->finish(passed());
  const Json run = world.get("/api/agents/stress-test-runs/" + id).json();
  CHECK(run.at("status") == "completed");
  CHECK(run.at("analysis").at("verdict") == "PASS");
}

TEST_CASE("every wrong member of a body is named with its value and range", "[service][loads]") {
  ServiceWorld world;
  const auto detail = [&](const std::string& body) {
    const Heard heard = world.post(kStressTest, body);
    CHECK(heard.status == 400);
    return heard.detail();
  };
  CHECK(detail(R"({"scale":"huge","workflow_count":51,"chaos_rate":"x"})") ==
        "member \"scale\" must be one of small, medium, large, not \"huge\"; member \"workflow_count\" must be "
        "between 1 and 50, not 51; member \"chaos_rate\" must be a number between 0 and 1, not \"x\"");
  CHECK(detail("{") == "the body is not JSON");
  CHECK(detail("[1]") == "the body must be a JSON object");
  CHECK_THAT(detail(R"({"target_url":"ftp://x"})"), Contains("target_url") && Contains("ftp"));
  CHECK_THAT(detail(R"({"target_url":"http://user:pw@x"})"), Contains("names a user"));
  CHECK_THAT(detail(R"({"tenant_id":"a\r\nX-Evil: 1"})"), Contains("tenant_id"));
  CHECK(world.launcher.started.empty());
  CHECK(world.post(kStressTest, R"({"seed":null,"whatever":{},"wait_for_completion":false})").status == 202);

  auto options = ServiceWorld::default_options();
  options.platform_url = "";
  ServiceWorld without(std::move(options));
  CHECK_THAT(without.post(kStressTest).detail(), Contains("target_url is missing") && Contains("PLATFORM_URL"));
}

TEST_CASE("no more loads run at a time than allowed", "[service][loads]") {
  ServiceWorld world;
  for (int i = 0; i < 4; ++i) CHECK(world.post(kStreamLoad).status == 200);
  const Heard heard = world.post(kStressTest);
  CHECK(heard.status == 429);
  CHECK_THAT(heard.detail(), Contains("4 loads are under way"));
  CHECK(world.launcher.started.size() == 4);
  world.launcher.started[0]->finish();
  CHECK(world.post(kStreamLoad).status == 200);
}

TEST_CASE("a load that does not start is an error of its request, and recorded as failed", "[service][loads]") {
  ServiceWorld world;
  world.launcher.refusal = "scripts/farm_stress.lua is not there";
  const Heard heard = world.post(kStressTest);
  CHECK(heard.status == 500);
  CHECK(heard.detail() == "scripts/farm_stress.lua is not there");
  CHECK(world.store.runs.at(0).end.status == "failed");
  CHECK(world.get("/health").json().at("loads") == 0);
}

TEST_CASE("a run history that fails costs no load", "[service][loads]") {
  ServiceWorld world;
  world.store.failure = "disk full";
  const Heard heard = world.post(kStreamLoad);
  CHECK(heard.status == 200);
  CHECK(heard.json().at("test_id").get<std::string>().size() == 12);
  CHECK(world.get("/api/agents/stress-test-runs").status == 503);
  world.launcher.started[0]->finish();
}

TEST_CASE("a stream load test counts what became of its workflows", "[service][loads]") {
  ServiceWorld world;
  const Heard started = world.post(kStreamLoad, R"({"rate":20,"duration_seconds":30,"seed":5})");
  REQUIRE(started.status == 200);
  CHECK(started.json().at("status") == "started");
  const auto& load = *world.launcher.started.at(0);
  CHECK(load.request.task == "stream");
  CHECK(load.request.rate_per_s == 20);
  CHECK(load.request.duration == 30s);
  const std::string path = std::string(kStreamLoad) + "/run-1";
  CHECK(world.get(path + "/status").json().at("success_rate").is_null());  // nothing observed is no rate

  for (int i = 0; i < 10; ++i) {
    load.tell(fmt::format(R"({{"t":1,"event":"workflow","workflow":"w{}","document":{{}}}})", i));
    if (i < 8) load.tell(fmt::format(R"({{"t":2,"event":"accepted","item":"w{}","id":"exec-{}"}})", i, i));
  }
  for (int i = 0; i < 3; ++i) load.tell(R"({"t":3,"event":"result","item":"w","answer":{"status":"completed"}})");
  load.tell(R"({"t":3,"event":"result","item":"w3","answer":{"status":"failed"}})");
  load.tell(R"({"t":3,"event":"gave_up","item":"w4","waited_ms":300000})");
  load.tell(R"({"t":3,"event":"rejected","item":"w8","status":503})");
  load.tell(R"({"t":3,"event":"rejected","item":"w9","status":0,"error":"timeout"})");
  world.advance(1s);
  const Json status = world.get(path + "/status").json();
  CHECK(status.at("status") == "running");
  CHECK(status.at("workflows_submitted") == 10);
  CHECK(status.at("workflows_succeeded") == 3);
  CHECK(status.at("workflows_failed") == 4);
  CHECK(status.at("execution_ids_count") == 8);
  CHECK(status.at("success_rate") == Approx(3.0 / 7));
  CHECK(status.at("actual_rate").get<double>() == Approx(10 / status.at("elapsed_seconds").get<double>()));
  CHECK(status.at("errors") ==
        Json({"w3: ended failed", "w4: not finished after 300000 ms", "w8: status 503", "w9: timeout"}));
  load.tell(R"({"t":3,"event":"rejected","item":"a","status":1})");
  load.tell(R"({"t":3,"event":"rejected","item":"b","status":1})");
  CHECK(world.get(path + "/status").json().at("errors").size() == 5);
  CHECK(world.get(path + "/status").json().at("workflows_failed") == 6);

  const Json page = world.get(path + "/execution-ids?limit=3&offset=6").json();
  CHECK(page.at("execution_ids") == Json({"exec-6", "exec-7"}));
  CHECK(page.at("total") == 8);
  CHECK(world.get(path + "/execution-ids?offset=99").json().at("execution_ids").empty());
  CHECK(world.get(path + "/execution-ids?limit=1001").status == 400);

  load.finish();
  const Json ended = world.get(path + "/status").json();
  CHECK(ended.at("status") == "completed");
  const double elapsed = ended.at("elapsed_seconds");
  world.advance(10s);
  CHECK(world.get(path + "/status").json().at("elapsed_seconds") == elapsed);  // its clock stands
  CHECK(world.store.runs.at(0).end.status == "completed_with_failures");
}

TEST_CASE("the actual rate is that of the time in which workflows were sent", "[service][loads]") {
  const auto rate_after = [](bool stop) {
    ServiceWorld world;
    const TimePoint began = world.world.now() + 1ms;  // when the request arrives
    world.post(kStreamLoad, R"({"rate":10,"duration_seconds":4})");
    for (int i = 0; i < 20; ++i) world.launcher.started.at(0)->tell(R"({"t":1,"event":"workflow"})");
    world.advance(began + 2s - world.world.now() - 1ms);
    if (stop) world.post(std::string(kStreamLoad) + "/run-1/stop");
    world.advance(60s);  // what is in flight is awaited
    return world.get(std::string(kStreamLoad) + "/run-1/status").json().at("actual_rate").get<double>();
  };
  CHECK(rate_after(false) == 20.0 / 4);
  CHECK(rate_after(true) == 20.0 / 2);
}

TEST_CASE("a stream load test without a workflow has failed", "[service][loads]") {
  ServiceWorld world;
  world.post(kStreamLoad);
  service::LoadOutcome outcome;
  outcome.summary.error = Error{ErrorCode::script, "no such task", "farm_stress.lua:3"};
  world.launcher.started.at(0)->finish(outcome);
  const Json status = world.get(std::string(kStreamLoad) + "/run-1/status").json();
  CHECK(status.at("status") == "failed");
  CHECK(status.at("errors") == Json({"farm_stress.lua:3: no such task"}));
  CHECK(world.store.runs.at(0).end.status == "failed");
}

TEST_CASE("a stream load test is stopped gracefully, and deleted at once", "[service][loads]") {
  ServiceWorld world;
  world.post(kStreamLoad);
  const std::string path = std::string(kStreamLoad) + "/run-1";
  CHECK(world.post(path + "/stop").json().at("status") == "stopping");
  CHECK(world.launcher.started[0]->stopped);
  CHECK(world.launcher.started[0]->alive);
  world.launcher.started[0]->tell(R"({"t":1,"event":"workflow"})");
  service::LoadOutcome outcome;
  outcome.summary.stop = engine::StopReason::externally_stopped;
  world.launcher.started[0]->finish(outcome);
  CHECK(world.get(path + "/status").json().at("stopped") == true);
  CHECK(world.store.runs.at(0).end.status == "interrupted");
  CHECK(world.post(path + "/stop").json().at("status") == "completed");

  world.post(kStreamLoad);
  const std::string second = std::string(kStreamLoad) + "/run-2";
  CHECK(world.ask("DELETE", second).json().at("status") == "deleted");
  CHECK_FALSE(world.launcher.started[1]->alive);
  CHECK(world.store.runs.at(1).end.status == "interrupted");
  for (const char* what : {"/status", "/execution-ids"}) CHECK(world.get(second + what).status == 404);
  CHECK(world.post(second + "/stop").status == 404);
  CHECK(world.ask("DELETE", second).status == 404);
  CHECK(world.get("/api/agents/stress-test-runs/run-2").status == 200);  // the history keeps it
}

TEST_CASE("the history is listed newest first, both kinds together", "[service][loads]") {
  ServiceWorld world;
  world.post(kStressTest, R"({"wait_for_completion":false})");
  world.post(kStreamLoad);
  store::RunStart other;
  REQUIRE(world.store.begin(other));  // a `thresher run`: none of ours
  const Json all = world.get("/api/agents/stress-test-runs").json();
  CHECK(all.at("count") == 2);
  CHECK(all.at("runs")[0].at("run_id") == "run-2");
  CHECK(all.at("runs")[0].at("rate") == 10);
  CHECK(all.at("runs")[1].at("run_id") == "run-1");
  CHECK(all.at("runs")[1].at("scale") == "small");
  CHECK(world.get("/api/agents/stress-test-runs?limit=1").json().at("runs").size() == 1);
  CHECK(world.get("/api/agents/stress-test-runs?kind=stress-test").json().at("runs")[0].at("run_id") == "run-1");
  CHECK(world.get("/api/agents/stress-test-runs?limit=201").status == 400);
  CHECK(world.get("/api/agents/stress-test-runs/run-3").status == 404);
  CHECK(world.get("/api/agents/stress-test-runs/none").status == 404);
}

TEST_CASE("draining stops loads, waits for their end and refuses new ones", "[service][loads]") {
  ServiceWorld world;
  Waiting waiting(world);
  world.post(kStreamLoad);
  auto late = world.connect();
  late->stream->write("POST /api/agents/stream-load-test HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{");
  world.advance(1ms);
  bool done = false;
  world.service->drain([&] { done = true; });
  world.advance(1s);
  late->stream->write("}");
  world.advance(1s);
  CHECK(ServiceWorld::read(late->heard).status == 503);
  CHECK(world.launcher.started[0]->stopped);
  CHECK(world.launcher.started[1]->stopped);
  CHECK_FALSE(done);
  service::LoadOutcome outcome;
  outcome.summary.stop = engine::StopReason::interrupted;
  world.launcher.started[0]->finish(outcome);
  world.launcher.started[1]->finish(outcome);
  CHECK(waiting.heard().json().at("status") == "interrupted");
  world.advance(3s);
  CHECK(done);
  for (const store::RunRecord& run : world.store.runs) CHECK_FALSE(run.running());
}

TEST_CASE("loads under way give signs of life, and only they", "[service][loads]") {
  ServiceWorld world;
  world.advance(60s);
  CHECK(world.store.heartbeats == 0);
  world.post(kStreamLoad);
  world.advance(11s);
  CHECK(world.store.heartbeats == 2);
  world.launcher.started[0]->finish();
  world.advance(60s);
  CHECK(world.store.heartbeats == 2);
}

TEST_CASE("a client that does not wait for its stress test does not end it", "[service][loads]") {
  ServiceWorld world;
  auto test = std::make_unique<Waiting>(world);
  test->client.reset();
  world.advance(1s);
  CHECK(world.launcher.started[0]->alive);
  tell_of_success(*world.launcher.started[0]);
  world.launcher.started[0]->finish(passed());
  CHECK(world.store.runs.at(0).end.status == "completed");
}
