#include "control/line_reader.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace thresher::control;

TEST_CASE("lines come whole, however their bytes are cut", "[unit][control]") {
  const std::string text = "one\n\nthree\nfour";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    LineReader reader(5);
    std::vector<std::string> lines;
    const auto take = [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    };
    REQUIRE(reader.add(text.substr(0, cut), take));
    REQUIRE(reader.add(text.substr(cut), take));
    REQUIRE(reader.add("!\n", take));
    CHECK(lines == std::vector<std::string>{"one", "", "three", "four!"});
  }
}

TEST_CASE("a line that is too long is told, with or without its end", "[unit][control]") {
  const auto take = [](std::string_view) { return true; };
  CHECK_FALSE(LineReader(5).add("123456\n", take));
  CHECK_FALSE(LineReader(5).add("123456", take));
  LineReader begun(5);
  CHECK(begun.add("12345", take));
  CHECK_FALSE(begun.add("6", take));
}

TEST_CASE("the reader may be gone once its line was taken", "[unit][control]") {
  auto reader = std::make_unique<LineReader>(10);
  int lines = 0;
  CHECK(reader->add("1\n2\n3", [&](std::string_view) {
    ++lines;
    reader.reset();
    return false;
  }));
  CHECK(lines == 1);
}
