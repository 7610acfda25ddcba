#include "service/openapi.h"

#include <catch2/catch.hpp>
#include <set>

#include "http/headers.h"
#include "schema_check.h"
#include "service_world.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// A validator that finds everything fine.
class FakeValidator final : public plugin::ValidatorType {
 public:
  std::string name() const override { return "farm"; }
  std::string summary() const override { return "a fake"; }
  std::string options_json() const override { return "{}"; }
  Result<std::unique_ptr<plugin::Validator>> create(std::string_view, std::uint64_t,
                                                    plugin::JudgementSink& sink) const override {
    return std::make_unique<Instance>(*this, sink);
  }

  mutable Json event;
  std::string checks = R"([{"name":"completion_rate","expected":0.85,"actual":0.9,"passed":true}])";

 private:
  class Instance final : public plugin::Validator {
   public:
    Instance(const FakeValidator& type, plugin::JudgementSink& sink) : type_(type), sink_(sink) {}
    Result<void> observe(std::string_view event) override {
      type_.event = Json::parse(event);
      return {};
    }
    Result<void> finish() override {
      if (!type_.checks.empty()) sink_.on_document("checks", type_.checks);
      return {};
    }

   private:
    const FakeValidator& type_;
    plugin::JudgementSink& sink_;
  };
};

/// The schema a document gives for the answer of one operation; its status too.
std::pair<int, Json> success_of(const Json& operation) {
  for (const auto& [status, response] : operation.at("responses").items())
    if (status[0] == '2') return {std::stoi(status), response.at("content")};
  return {0, Json()};
}

/// What a client sends that follows the document: the example as body, each parameter's default in the query.
Heard call_as_documented(ServiceWorld& world, const std::string& method, std::string path, const Json& operation,
                         const std::string& id) {
  if (const auto place = path.find("{id}"); place != std::string::npos) path.replace(place, 4, id);
  std::string separator = "?";
  for (const Json& parameter : operation.value("parameters", Json::array())) {
    if (parameter.at("in") != "query" || !parameter.at("schema").contains("default")) continue;
    const Json& value = parameter.at("schema").at("default");
    path += separator + parameter.at("name").get<std::string>() + "=" +
            (value.is_string() ? value.get<std::string>() : value.dump());
    separator = "&";
  }
  std::string body;
  if (operation.contains("requestBody"))
    body = operation.at("requestBody").at("content").at("application/json").value("example", Json::object()).dump();
  std::string verb = method;
  for (char& c : verb) c = static_cast<char>(std::toupper(c));
  return world.ask(verb, path, body);
}

/// The first line of a chunked answer.
std::string first_line(const std::string& chunked) {
  const std::size_t begin = chunked.find("\r\n") + 2;
  return chunked.substr(begin, chunked.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("every path of the OpenAPI document answers its example as its schema says", "[service][openapi]") {
  const FakeValidator validator;
  ServiceWorld world(ServiceWorld::default_options(), &validator);
  // The platform that pushes go to.
  auto platform =
      http::Server::create(*world.loop, [](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
        responder->respond(200, "", "{}");
      });
  REQUIRE(platform->listen(event::Address::loopback(8080)));
  const Json document = world.get("/openapi.json").json();
  CHECK(document.at("openapi") == "3.1.0");
  std::set<std::string> operation_ids;
  int calls = 0;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      INFO(method << " " << path);
      REQUIRE(operation_ids.insert(operation.at("operationId")).second);
      REQUIRE(!operation.at("summary").get<std::string>().empty());
      const auto [status, content] = success_of(operation);
      const std::string media_type = content.begin().key();
      const Json& schema = content.begin().value().at("schema");

      const std::string body = R"({"rate":1,"wait_for_completion":false})";
      const std::string id = world.post("/api/agents/stream-load-test", body).json().at("test_id");
      Heard heard;
      if (path == "/api/agents/run-stress-test") {
        auto client = world.connect();
        const std::string example = operation["requestBody"]["content"]["application/json"]["example"].dump();
        client->stream->write(fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}", path,
                                          example.size(), example));
        world.advance(1ms);
        world.launcher.started.back()->finish();
        world.advance(1ms);
        heard = ServiceWorld::read(client->heard);
      } else if (path == "/api/agents/stream") {
        auto client = world.connect();
        client->stream->write("GET /api/agents/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
        world.advance(60ms);
        heard = ServiceWorld::read(client->heard);
        heard.body = first_line(heard.body);
      } else {
        heard = call_as_documented(world, method, path, operation, id);
      }
      CHECK(heard.status == status);
      const auto type = http::find_header(heard.head, "Content-Type").value;
      CHECK(type.substr(0, type.find(';')) == media_type);
      const Json answer = media_type == "text/html" ? Json(heard.body) : Json::parse(heard.body, nullptr, false);
      CHECK(objection_to(answer, schema) == "");
      ++calls;
      for (const auto& load : world.launcher.started)
        if (load->alive) load->finish();
    }
  }
  CHECK(calls == 22);
}

TEST_CASE("the document's parameters are those that the generator declares", "[service][openapi]") {
  ServiceWorld world;
  const Json document = world.get("/openapi.json").json();
  std::map<std::string, Json> parameters;
  for (const Json& one : document.at("paths").at("/api/agents/workflow").at("get").at("parameters"))
    parameters[one.at("name")] = one.at("schema");
  CHECK(parameters.at("num_tasks") == Json({{"type", "integer"}, {"default", 6}, {"minimum", 2}, {"maximum", 20}}));
  CHECK(parameters.at("workflow_type").at("enum") == Json({"linear", "dag", "saga"}));
  const Json& problem = document.at("components").at("schemas").at("Problem");
  CHECK(objection_to(world.get("/api/agents/workflow?num_tasks=x").json(), problem) == "");
  CHECK(objection_to(Json::object(), problem) != "");
}

TEST_CASE("the page lists every endpoint, loads nothing from elsewhere and runs nothing", "[service][openapi]") {
  ServiceWorld world;
  const Heard page = world.get("/");
  CHECK(http::find_header(page.head, "Content-Type").value == "text/html; charset=utf-8");
  const auto policy = std::string(http::find_header(page.head, "Content-Security-Policy").value);
  CHECK_THAT(policy, Contains("default-src 'none'") && Contains("style-src 'self'") &&
                         Contains("frame-ancestors 'none'") && !Contains("unsafe"));
  const Json document = world.get("/openapi.json").json();
  for (const auto& [path, methods] : document.at("paths").items()) CHECK_THAT(page.body, Contains(path));
  CHECK_THAT(page.body, !Contains("<script") && !Contains("http:") && !Contains("https:") && !Contains("style="));
  const Heard style = world.get("/style.css");
  CHECK(http::find_header(style.head, "Content-Type").value == "text/css");
  CHECK_THAT(style.body, Contains("color-scheme: light dark"));
  CHECK(!document.at("paths").contains("/style.css"));
}

TEST_CASE("the page escapes what it shows", "[service][openapi]") {
  service::Endpoint endpoint;
  endpoint.method = "GET";
  endpoint.path = "/a\"b";
  endpoint.tag = "<t>";
  endpoint.summary = "<script>alert('&')</script>";
  endpoint.parameters = R"({"p":{"type":"string","default":"<b>"}})";
  const std::string page = service::contents_page({&endpoint, 1}, "<v>");
  CHECK_THAT(page, Contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"));
  CHECK_THAT(page, Contains("href=\"/a&quot;b\"") && Contains("&lt;t&gt;") && Contains("p (&lt;b&gt;)"));
  CHECK_THAT(page, !Contains("<script") && !Contains("<t>") && !Contains("<b>") && !Contains("<v>"));
}

TEST_CASE("expected and actual are judged by the validator, as one event", "[service][validate]") {
  FakeValidator validator;
  ServiceWorld world(ServiceWorld::default_options(), &validator);
  const auto post = [&](const std::string& body) { return world.post("/api/agents/validate-aoa", body); };
  const Heard heard = post(R"({"expected":{"a":1},"actual":{"b":2}})");
  CHECK(heard.status == 200);
  CHECK(heard.json().at("checks")[0].at("name") == "completion_rate");
  CHECK(validator.event == Json({{"t", 0}, {"event", "validate"}, {"expected", {{"a", 1}}}, {"actual", {{"b", 2}}}}));
  CHECK(post(R"({"expected":7})").detail() ==
        "member \"expected\" must be an object, not 7; member \"actual\" is missing; it must be an object");
  CHECK(post("nonsense").detail() == "the body is not JSON");
  CHECK(post("[]").status == 400);
  validator.checks = "";
  CHECK(post(R"({"expected":{},"actual":{}})").detail() == "the validator gave no checks");
  ServiceWorld without;
  CHECK(without.post("/api/agents/validate-aoa", R"({"expected":{},"actual":{}})").status == 503);
}

TEST_CASE("health says how busy the service is", "[service]") {
  ServiceWorld world;
  world.advance(2s);
  world.post("/api/agents/stream-load-test");
  const Json health = world.get("/health").json();
  CHECK(health.at("status") == "healthy");
  CHECK(health.at("version") == "1.2.3");
  CHECK(health.at("uptime_seconds") >= 2);
  CHECK(health.at("loads") == 1);
  CHECK(health.at("requests") == 2);
}

TEST_CASE("each request is told once, with its status, size and time", "[service]") {
  std::vector<std::string> told;
  auto options = ServiceWorld::default_options();
  options.on_answered = [&told](const service::AccessRecord& record) {
    told.push_back(fmt::format("{} {} {} {} {}", record.method, record.target, record.status,
                               record.body_bytes > 0 ? "bytes" : "empty", record.took / 1ms));
  };
  ServiceWorld world(std::move(options));
  world.get("/health");
  world.get("/nowhere?x=1");
  auto reader = world.connect();
  reader->stream->write("GET /api/agents/stream?rate=100 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  world.advance(100ms);
  CHECK(told == std::vector<std::string>{"GET /health 200 bytes 0", "GET /nowhere?x=1 404 bytes 0"});
  reader.reset();
  world.advance(1ms);
  REQUIRE(told.size() == 3);
  CHECK(told[2] == "GET /api/agents/stream?rate=100 200 bytes 100");
}

TEST_CASE("requests beyond the limits are refused in JSON", "[service]") {
  ServiceWorld world;
  CHECK(world.talk("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n").status == 413);
  const Heard large = world.talk("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  CHECK(large.status == 431);
  CHECK(large.detail() == "the request's head is larger than 16384 bytes");
}
