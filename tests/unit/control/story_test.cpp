#include "control/story.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "control/server.h"

using namespace thresher::control;
using Json = nlohmann::json;

TEST_CASE("a story that has not begun is a document, too", "[unit][control]") {
  CHECK(Story().text() == R"({"run":null,"points":[],"second":null,"log":[]})");
}

TEST_CASE("a story repeats what was told", "[unit][control]") {
  Story story;
  story.begin(R"({"id":"a"})");
  story.second(R"({"n":1})", "1");
  story.log("\"first\"");
  story.second(R"({"n":2})", "2");
  story.log("\"second\"");
  CHECK(story.text() == R"({"run":{"id":"a"},"points":[1,2],"second":{"n":2},"log":["first","second"]})");
  SECTION("but no second that nobody watched: the one before it is old") {
    story.second("", "3");
    CHECK(story.text() == R"({"run":{"id":"a"},"points":[1,2,3],"second":null,"log":["first","second"]})");
  }
}

TEST_CASE("the points of a long run stay within bounds, at equal distances, from its first second", "[unit][control]") {
  Story story;
  const std::size_t told = 5 * Server::kPoints;
  for (std::size_t i = 0; i < told; ++i) {
    story.second("", std::to_string(i));
    REQUIRE(story.points() <= Server::kPoints);
  }
  const Json points = Json::parse(story.text())["points"];
  CHECK(points.size() > Server::kPoints / 2);
  const std::size_t distance = points[1].get<std::size_t>();
  CHECK(distance == 8);
  for (std::size_t i = 0; i < points.size(); ++i) REQUIRE(points[i] == i * distance);
  CHECK(told - points.back().get<std::size_t>() <= distance);
}

TEST_CASE("of the log the last lines are repeated", "[unit][control]") {
  Story story;
  for (std::size_t i = 0; i < Server::kLogLines + 3; ++i) story.log(std::to_string(i));
  const Json log = Json::parse(story.text())["log"];
  REQUIRE(log.size() == Server::kLogLines);
  CHECK(log.front() == 3);
  CHECK(log.back() == Server::kLogLines + 2);
}
