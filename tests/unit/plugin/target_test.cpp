#include "plugin/target.h"

#include <catch2/catch.hpp>

#include "fixture.h"

using namespace thresher;
using namespace std::chrono_literals;
using plugin::AnswerKind;

namespace {

/// The message of the refusal to create an instance.
std::string refusal(const std::string& library, const std::string& target, const std::string& config,
                    std::uint64_t seed = 0) {
  plugin::Registry registry;
  REQUIRE(registry.load(fixture(library)));
  const auto made = registry.target(target).value()->create(config, seed);
  REQUIRE_FALSE(made);
  return made.error().message;
}

}  // namespace

TEST_CASE("a request reaches a plugin with every member, and its answer comes back whole", "[plugin]") {
  Loaded loaded("in_c", "in-c");
  const plugin::TargetAnswer answer = loaded.target->handle({.port = 8101,
                                                             .number = 3,
                                                             .connection = 9,
                                                             .now = 1500ns,
                                                             .wall = WallTime{2s},
                                                             .method = "POST",
                                                             .path = "/a%20b",
                                                             .query = "x=1",
                                                             .headers = "A: b\r\n",
                                                             .body = "hello"});
  CHECK(answer.kind == AnswerKind::whole);
  CHECK(answer.status == 200);
  CHECK(answer.after == 5ms);
  CHECK(answer.headers == "Content-Type: text/plain\r\nX-Kind: c\r\n");
  CHECK(answer.body == "POST /a%20b?x=1 port 8101 number 3 connection 9 now 1500 wall 2000000000 [A: b\r\n] [hello]");
}

TEST_CASE("every kind of answer comes through", "[plugin]") {
  Loaded loaded("in_c", "in-c");
  CHECK(loaded.get("/never").kind == AnswerKind::never);
  CHECK(loaded.get("/reset").kind == AnswerKind::reset);
  CHECK(loaded.get("/truncate").kind == AnswerKind::truncate);
  CHECK(loaded.get("/garbage").kind == AnswerKind::garbage);
}

TEST_CASE("a target is described by its declaration", "[plugin]") {
  plugin::Registry registry;
  REQUIRE(registry.load(fixture("in_c")));
  const plugin::TargetType& type = *registry.target("in-c").value();
  CHECK(type.summary() == "a target written in C");
  REQUIRE(type.endpoints().size() == 2);
  CHECK(type.endpoints()[1].name == "back");
  CHECK(type.endpoints()[1].port == 8102);
  CHECK(
      type.options_json() ==
      R"({"shape":{"type":"string","default":"round","description":"what it looks like","enum":["round","square","void"]},)"
      R"("rate":{"type":"number","default":0.25,"description":"how often","minimum":0.0,"maximum":1.0},)"
      R"("limit":{"type":"integer","description":"how many","minimum":1.0},)"
      R"("loud":{"type":"boolean","default":false,"description":"whether to shout"}})");
}

TEST_CASE("options reach a plugin typed, with defaults for those not given", "[plugin]") {
  CHECK(Loaded("in_c", "in-c").get("/options").body == "shape=round rate=0.25 limit=0 loud=0 rate_given=0 seed=0");
  CHECK(Loaded("in_c", "in-c", R"({"shape":"square","rate":0.5,"limit":9,"loud":true})", 77).get("/options").body ==
        "shape=square rate=0.5 limit=9 loud=1 rate_given=1 seed=77");
}

TEST_CASE("a wrong option is refused before the plugin sees any", "[plugin]") {
  CHECK(refusal("in_c", "in-c", R"({"shap":"square"})") ==
        "target in-c: unknown option \"shap\"; did you mean \"shape\"?");
  CHECK(refusal("in_c", "in-c", R"({"rate":2})") == "target in-c: option \"rate\" must be between 0 and 1, not 2");
}

TEST_CASE("a plugin that refuses to be created is quoted with its library", "[plugin]") {
  const std::string library = " (plugin \"" + fixture("in_c").string() + "\"): ";
  CHECK(refusal("in_c", "in-c", R"({"shape":"void"})") == "target in-c" + library + "the void has no instances");
  const std::string breaches = "target breaches (plugin \"" + fixture("breaches").string() + "\"): ";
  CHECK(refusal("breaches", "breaches", "{}", 404) == breaches + "create returned NULL without saying why");
}

TEST_CASE("a plugin that reads an option it did not declare is refused by the option's name", "[plugin]") {
  const std::string breaches = "target breaches (plugin \"" + fixture("breaches").string() + "\"): ";
  CHECK(refusal("breaches", "breaches", "{}", 1) ==
        breaches + "reads the option \"undeclared\", which it does not declare");
  CHECK(refusal("breaches", "breaches", "{}", 2) ==
        breaches + "reads the option \"word\" as a number, but declares it as a text");
}

TEST_CASE("a breach of contract becomes a 500 that says so", "[plugin]") {
  Loaded loaded("breaches", "breaches");
  CHECK(loaded.get("/").body == "fine");
  const auto complaint = [&](std::string_view path) {
    const plugin::TargetAnswer answer = loaded.get(path);
    CHECK(answer.kind == AnswerKind::whole);
    CHECK(answer.status == 500);
    CHECK(answer.headers == "Content-Type: text/plain; charset=utf-8\r\n");
    CHECK(answer.breach.empty() == (path == "/fail"));  // to fail aloud is allowed
    return answer.body;
  };
  const std::string begin = "stand-in breaches could not answer GET ";
  CHECK(complaint("/no-answer") == begin + "/no-answer: broke its contract: it did not answer\n");
  CHECK(complaint("/twice") == begin + "/twice: broke its contract: it answered twice\n");
  CHECK(complaint("/null") == begin + "/null: broke its contract: it answered with NULL\n");
  CHECK(complaint("/status") == begin + "/status: broke its contract: it answered with status 42\n");
  CHECK(complaint("/fail") == begin + "/fail: the disk is full\n");
  CHECK(loaded.get("/").status == 200);  // and goes on
}
