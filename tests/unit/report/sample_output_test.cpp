#include "report/sample_output.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Json = nlohmann::ordered_json;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The one line of the text that has all of these in it.
std::string line_with(const std::string& text, std::initializer_list<const char*> parts) {
  std::string found;
  for (const std::string& line : lines_of(text)) {
    bool all = true;
    for (const char* part : parts) all = all && line.find(part) != std::string::npos;
    if (all) found += line;
  }
  return found;
}

}  // namespace

TEST_CASE("NDJSON introduces a metric before its first point, in k6's words", "[unit][report][k6]") {
  const ScratchFolder folder;
  FakeRun fake(true);
  auto output = SampleOutput::open("json=" + (folder / "out.json").string(), fake.run);
  REQUIRE(output);
  const metrics::SampleDetail detail{
      .url = "http://127.0.0.1:8007/health?q=\"1\"", .proto = "HTTP/1.1", .tls_version = ""};
  fake.threshold("http_reqs", "count>1", metrics::ThresholdState::pass);
  fake.threshold("http_req_duration{tag:health}", "p(95)<50", metrics::ThresholdState::pass);
  fake.request({.duration = 12'345us, .tags = {{"tag", "core"}, {"tag", "health"}}, .detail = &detail});
  (*output)->on_second(fake.second());
  const std::string text = contents_of(folder / "out.json");
  CHECK(
      lines_of(text)[0] ==
      R"({"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":["count>1"],"submetrics":null},"metric":"http_reqs"})");
  CHECK(
      lines_of(text)[1] ==
      R"({"type":"Point","data":{"time":"2026-11-21T02:46:00.25Z","value":1,"tags":{"expected_response":"true","method":"GET","name":"/health","proto":"HTTP/1.1","scenario":"health_checks","status":"200","tag":"core,health","task":"core agents","url":"http://127.0.0.1:8007/health?q=\"1\""}},"metric":"http_reqs"})");
  CHECK(
      line_with(text, {"Metric", "\"name\":\"http_req_duration\""}) ==
      R"({"type":"Metric","data":{"name":"http_req_duration","type":"trend","contains":"time","thresholds":[],"submetrics":[{"name":"http_req_duration{tag:health}","suffix":"tag:health","tags":{"tag":"health"}}]},"metric":"http_req_duration"})");
  CHECK(Json::parse(line_with(text, {"Point", "\"metric\":\"http_req_duration\""}))["data"]["value"] == 12.345);
  CHECK(line_with(text, {"Metric", "\"name\":\"data_received\""}).find(R"("contains":"data")") != std::string::npos);

  fake.request({.duration = 1ms, .tags = {{"tag", "core"}, {"tag", "health"}}});
  fake.within_second = 0ns;
  (*output)->on_second(fake.second());
  (*output)->on_finish(fake.snapshot());
  REQUIRE((*output)->conclude(fake.summary()));
  std::size_t introductions = 0, requests = 0;
  for (const std::string& line : lines_of(contents_of(folder / "out.json"))) {
    const Json parsed = Json::parse(line);
    introductions += parsed["type"] == "Metric" && parsed["metric"] == "http_reqs" ? 1 : 0;
    requests += parsed["type"] == "Point" && parsed["metric"] == "http_reqs" ? 1 : 0;
  }
  CHECK(introductions == 1);
  CHECK(requests == 2);
}

TEST_CASE("the CSV output has k6's columns", "[unit][report][k6]") {
  const ScratchFolder folder;
  FakeRun fake(true);
  auto output = SampleOutput::open("csv=" + (folder / "out.csv").string(), fake.run);
  REQUIRE(output);
  const metrics::SampleDetail detail{.url = "http://127.0.0.1:8007/a,b", .proto = "HTTP/1.1", .tls_version = ""};
  fake.request(
      {.duration = 12'345us, .status = 503, .group = "::g", .tags = {{"tag", "a"}, {"tag", "b"}}, .detail = &detail});
  (*output)->on_second(fake.second());
  REQUIRE((*output)->conclude(fake.summary()));
  const std::string text = contents_of(folder / "out.csv");
  CHECK(lines_of(text)[0] ==
        "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,"
        "service,status,subproto,tls_version,url,extra_tags,metadata");
  CHECK(line_with(text, {"http_req_duration"}) ==
        "http_req_duration,1795229160,12.345000,,,1503,false,::g,GET,/health,HTTP/1.1,health_checks,,503,,,"
        "\"http://127.0.0.1:8007/a,b\",tag=a&tag=b&task=core agents,");
  CHECK(line_with(text, {"http_reqs"}).find("http_reqs,1795229160,1.000000,") == 0);
  CHECK(text.find('\r') == std::string::npos);
}

TEST_CASE("an unknown output names those there are, and a bad path is refused", "[unit][report][k6]") {
  const FakeRun fake;
  CHECK(SampleOutput::open("influxdb=x", fake.run).error().message ==
        "unknown output 'influxdb=x'; there are json=FILE[.gz], csv=FILE[.gz] and ndjson=-");
  CHECK_FALSE(SampleOutput::open("json=/dev/null/x", fake.run));
  const auto output = SampleOutput::open("ndjson=-", fake.run);
  REQUIRE(output);
  CHECK((*output)->is_standard_output());
  CHECK((*output)->files().empty());
}
