#include <catch2/catch.hpp>

#include "history/reader.h"

using Catch::Matchers::Contains;
using namespace history;

namespace {

std::string complaint(Reader& reader, const std::string& line) {
  try {
    reader.read(line);
  } catch (const BadEvent& why) {
    return why.what();
  }
  return "";
}

}  // namespace

TEST_CASE("times come as seconds, milliseconds or RFC 3339", "[validators][history]") {
  const Instant expected(1'800'000'000'125'000'000);
  CHECK(Instant::of_number(1800000000.125) == expected);
  CHECK(Instant::of_number(1800000000125.0) == expected);
  CHECK(Instant::of_text("2027-01-15T08:00:00.125Z") == expected);
  CHECK(Instant::of_text("2027-01-15T08:00:00.125") == expected);
  CHECK(Instant::of_text("2027-01-15T10:00:00.125+02:00") == expected);
  CHECK(Instant::of_text("2027-01-15 08:00:00.125000+0000") == expected);
  CHECK(to_text(expected) == "2027-01-15T08:00:00.125Z");
  CHECK(to_text(Instant::of_text("1999-12-31T23:59:59Z")) == "1999-12-31T23:59:59.000Z");
  CHECK_FALSE(Instant::of_text("yesterday").known());
  CHECK_FALSE(Instant::of_text("2027-13-15T08:00:00Z").known());
  CHECK_FALSE(Instant::of_number(1e300).known());
}

TEST_CASE("members may come in any order, and unknown events are passed over", "[validators][history]") {
  Reader reader;
  const Event& poll = reader.read(R"({"status":"running","item":"i","http":200,"event":"poll","t":5,"extra":[1]})");
  CHECK(poll.t == 5);
  REQUIRE(std::holds_alternative<Polled>(poll.body));
  CHECK(std::get<Polled>(poll.body).word == "running");
  CHECK(std::get<Polled>(poll.body).http == 200);
  CHECK(std::holds_alternative<std::monostate>(reader.read(R"({"t":6,"event":"weather","sunny":true})").body));
}

TEST_CASE("what makes no sense is refused with the reason", "[validators][history]") {
  Reader reader;
  CHECK_THAT(complaint(reader, R"({"event":"poll"})"), Contains("has no \"t\""));
  CHECK_THAT(complaint(reader, R"({"t":1})"), Contains("has no \"event\""));
  CHECK_THAT(complaint(reader, R"({"t":1,"event":"accepted"})"), Contains("event \"accepted\" has no \"item\""));
  CHECK_FALSE(complaint(reader, R"([1,2])").empty());
  CHECK_FALSE(complaint(reader, R"({"t":1,"event":"poll","item":)").empty());
  reader.read(R"({"t":9,"event":"weather"})");
  CHECK_THAT(complaint(reader, R"({"t":8,"event":"weather"})"), Contains("falls from 9 to 8"));
  CHECK_THAT(complaint(reader, R"({"t":9,"event":"workflow","workflow":"w","document":{"workflow_id":"w","tasks":[)"
                               R"({"task_id":"a","depends_on":["b"]},{"task_id":"b","depends_on":["a"]}]}})"),
             Contains("have a cycle"));
  CHECK_THAT(complaint(reader, R"({"t":9,"event":"workflow","workflow":"w","document":{"workflow_id":"w","tasks":[)"
                               R"({"task_id":"a","depends_on":["z"]}]}})"),
             Contains("refers to \"z\", which is no task of it"));
}

TEST_CASE("a platform's answer may be of any shape without being an error of ours", "[validators][history]") {
  Reader reader;
  for (const char* answer :
       {"null", "[]", "7", "\"done\"", R"({"workflow_results":{"a":1}})", R"({"status":7,"task_results":[3,null]})",
        R"({"workflow_results":[{"task_results":"none","started_at":{},"status":null}]})"}) {
    CAPTURE(answer);
    CHECK(complaint(reader, R"({"t":1,"event":"result","item":"i","answer":)" + std::string(answer) + "}").empty());
  }
}
