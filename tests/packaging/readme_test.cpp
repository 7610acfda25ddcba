// plugins/README.md shows the samples that are built here, not what they once were.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

namespace {

std::string file(const std::string& path) {
  std::ifstream stream(std::string(THRESHER_SOURCE_DIR) + "/" + path);
  if (!stream) FAIL(path + " is not there");
  std::ostringstream whole;
  whole << stream.rdbuf();
  return whole.str();
}

}  // namespace

TEST_CASE("the plugins' README shows the samples as they are built", "[packaging]") {
  const std::string readme = file("plugins/README.md");
  for (const char* sample : {"sample_cpp/sample_cpp.cpp", "sample_kinds/baskets.cpp", "sample_kinds/delivery.cpp",
                             "sample_kinds/lines.cpp"}) {
    CAPTURE(sample);
    CHECK(readme.find("```cpp\n" + file(std::string("tests/packaging/") + sample) + "```\n") != std::string::npos);
  }
}
