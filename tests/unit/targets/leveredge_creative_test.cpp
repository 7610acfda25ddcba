#include <map>
#include <set>

#include "leveredge/breakdown.h"
#include "leveredge_fleet.h"

using namespace leveredge_test;

namespace {

constexpr const char* kProjectTypes[] = {"presentation", "document", "image", "video", "social"};

Json project(const std::string& type) { return {{"type", type}, {"brief", "a launch"}, {"priority", "high"}}; }

/// Whether the tasks are a graph without cycles over ids of its own. An order that keeps to it is enough of a proof.
bool sound(const Json& tasks) {
  std::map<std::string, std::set<std::string>> open;
  for (const Json& task : tasks)
    if (!open.emplace(task["task_id"], task["depends_on"].get<std::set<std::string>>()).second) return false;
  while (!open.empty()) {
    const auto ready = std::find_if(open.begin(), open.end(), [](const auto& each) { return each.second.empty(); });
    if (ready == open.end()) return false;  // a cycle, or a need that is nowhere
    const std::string done = ready->first;
    open.erase(ready);
    for (auto& [id, needs] : open) needs.erase(done);
  }
  return true;
}

}  // namespace

TEST_CASE("MUSE breaks every type of project down into a sound graph of tasks for the others", "[targets]") {
  Fleet fleet;
  for (const char* type : kProjectTypes) {
    CAPTURE(type);
    const Json told = fleet.told(kMuse, "/projects/create", project(type));
    CHECK_THAT(told["project_id"].get<std::string>(), Catch::StartsWith("project-"));
    const Json& tasks = told["task_breakdown"];
    CHECK(tasks.size() >= 3);
    CHECK(sound(tasks));
    for (const Json& task : tasks) {
      CHECK_THAT(task["description"].get<std::string>(), Catch::Contains("a launch"));
      CHECK(std::set<std::string>{"muse", "calliope", "thalia", "erato", "clio"}.count(task["agent"]) == 1);
    }
  }
}

TEST_CASE("a bad breakdown is unsound, whichever way it is spoiled", "[targets][faults]") {
  Fleet fleet(faultless(R"("bad_breakdown_rate":1)"));
  for (int i = 0; i < 60; ++i) {
    const char* type = kProjectTypes[i % 5];
    CHECK_FALSE(sound(fleet.told(kMuse, "/projects/create", project(type))["task_breakdown"]));
  }
}

TEST_CASE("each way of spoiling a breakdown occurs", "[targets][faults]") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    leveredge::Json tasks = leveredge::task_breakdown("image", "x");
    thresher::Random random(seed);
    leveredge::spoil(tasks, random);
    seen.insert(leveredge::text_of(tasks));
  }
  CHECK(seen.size() == 4);
}

TEST_CASE("MUSE refuses projects she does not know, and those without a brief", "[targets]") {
  Fleet fleet;
  CHECK(fleet.post(kMuse, "/projects/create", project("opera")).status == 422);
  CHECK(fleet.post(kMuse, "/projects/create", {{"type", "image"}}).status == 422);
  CHECK(fleet.post(kMuse, "/projects/create", {{"type", "image"}, {"brief", ""}}).status == 422);
}

TEST_CASE("CALLIOPE writes as many words as asked for, about what was asked", "[targets]") {
  Fleet fleet;
  const auto written = [&](const Json& length) {
    return fleet.told(kCalliope, "/write", {{"type", "blog_post"}, {"brief", "quiet queues"}, {"length", length}});
  };
  const Json post = written(800);
  CHECK(post["word_count"] == 800);
  CHECK_THAT(post["content"].get<std::string>(), Catch::Contains("quiet queues"));
  CHECK(written("short")["word_count"].get<int>() < written("medium")["word_count"].get<int>());
  for (const Json& length : {Json(0), Json(5001), Json("endless"), Json(-3)})
    CHECK(fleet.post(kCalliope, "/write", {{"type", "email"}, {"brief", "x"}, {"length", length}}).status == 422);
  CHECK(fleet.post(kCalliope, "/write", {{"type", "email"}}).status == 422);
}

TEST_CASE("THALIA has a path for each of her eight designs", "[targets]") {
  Fleet fleet;
  std::set<std::string> assets;
  for (const char* what :
       {"presentation", "document", "chart", "thumbnail", "layout", "landing-page", "ui-component", "wireframe"}) {
    const Json told = fleet.told(kThalia, std::string("/design/") + what, {{"brief", "x"}});
    CHECK(told["design_type"] == what);
    CHECK(told["dimensions"]["width"].get<int>() > 0);
    assets.insert(told["asset_url"]);
  }
  CHECK(assets.size() == 8);
  CHECK(fleet.post(kThalia, "/design/poster", {{"brief", "x"}}).status == 404);
}

TEST_CASE("CLIO's verdict goes with her score", "[targets]") {
  Fleet fleet;
  int approved = 0;
  for (int i = 0; i < 100; ++i) {
    const Json told = fleet.told(kClio, "/review", {{"content", "words"}});
    CHECK(told["approved"] == (told["score"].get<double>() >= 75));
    CHECK(told["issues"].empty() == told["approved"].get<bool>());
    approved += told["approved"].get<bool>();
  }
  CHECK(approved > 20);
  CHECK(approved < 95);
  CHECK(fleet.post(kClio, "/review", Json::object()).status == 422);
}

TEST_CASE("empty work says completed and holds nothing", "[targets][faults]") {
  Fleet fleet(faultless(R"("empty_answer_rate":1)"));
  CHECK(fleet.told(kMuse, "/projects/create", project("image"))["task_breakdown"].empty());
  CHECK(fleet.told(kCalliope, "/write", {{"type", "email"}, {"brief", "x"}})["content"] == "");
  CHECK(fleet.told(kThalia, "/design/chart", {{"brief", "x"}})["asset_url"] == "");
  CHECK(fleet.told(kClio, "/review", {{"content", "x"}})["approved"].is_null());
}

TEST_CASE("the public suite's own paths are there behind their switch only", "[targets]") {
  Fleet real, suite(faultless(R"("suite_paths":true)"));
  const std::pair<std::uint16_t, const char*> paths[] = {
      {kMuse, "/create"}, {kMuse, "/batch"}, {kCalliope, "/create"}, {kThalia, "/design"}, {kClio, "/assets"}};
  for (const auto& [port, path] : paths) {
    CAPTURE(port, path);
    CHECK(real.post(port, path, {{"type", "x"}}).status == 404);
    CHECK(suite.told(port, path, {{"type", "x"}})["status"] == "completed");
  }
  CHECK(suite.told(kClio, "/assets")["count"] == 0);
}

TEST_CASE("each kind of work takes its own part of the profile's latency", "[targets]") {
  Fleet fleet(faultless(R"("event_latency_scale":2,"creative_latency_scale":3,"chat_latency_scale":4)"));
  CHECK(fleet.health(kMuse).after == 5ms);
  CHECK(fleet.ask(kBus, "GET", "/events").after == 100ms);
  CHECK(fleet.post(kMuse, "/projects/create", project("image")).after == 150ms);
  CHECK(fleet.post(kAria, "/chat", {{"messages", std::vector<Json>{{{"role", "user"}, {"content", "x"}}}}}).after ==
        200ms);
  CHECK(fleet.ask(kMuse, "GET", "/nowhere").after == 5ms);  // being refused takes as long as a health check
}

TEST_CASE("bodies nested without end are refused, not followed", "[targets]") {
  Fleet fleet;
  const std::string deep = R"({"source_agent":"A","action":"b","details":)" + std::string(100'000, '[');
  CHECK(fleet.ask(kBus, "POST", "/events", 0ns, deep).status == 422);
  const std::string closed =
      R"({"source_agent":"A","action":"b","details":)" + std::string(500, '[') + std::string(500, ']') + "}";
  CHECK(fleet.ask(kBus, "POST", "/events", 0ns, closed).status == 422);
  CHECK(fleet.ask(kBus, "POST", "/events", 0ns, std::string(2 << 20, ' ')).status == 413);
}
