#include "base/log.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/file.h"
#include "support/temporary_folder.h"

using namespace thresher;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using thresher::test::TemporaryFolder;

namespace {

/// What a log with `format` wrote to its file.
std::string logged(log::Format format, std::string_view text) {
  const TemporaryFolder folder;
  REQUIRE(log::configure({.level = log::Level::error, .format = format, .file = folder / "logs/run.log"}));
  log::debug("{}", text);
  auto written = read_file(folder / "logs/run.log");
  REQUIRE(log::configure({}));
  REQUIRE(written);
  return *written;
}

}  // namespace

TEST_CASE("the log's file holds everything from debug up, whatever stderr shows", "[unit][base]") {
  const auto text = logged(log::Format::text, "seven users");
  CHECK_THAT(text, EndsWith(" debug seven users\n"));
  CHECK_THAT(text, Contains("T") && Contains("Z "));
}

TEST_CASE("a JSON log line stays one line and one object", "[unit][base]") {
  const auto text = logged(log::Format::json, "a \"b\"\\\n\tc\x01");
  CHECK_THAT(text, StartsWith("{\"time\":\"20"));
  CHECK_THAT(text, EndsWith("\"level\":\"debug\",\"message\":\"a \\\"b\\\"\\\\\\n\\u0009c\\u0001\"}\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE("a log file that cannot be opened is an error that names it", "[unit][base]") {
  const auto outcome = log::configure({.level = log::Level::error, .file = "/dev/null/run.log"});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::io);
  CHECK_THAT(outcome.error().message, StartsWith("cannot log to '/dev/null/run.log'"));
  REQUIRE(log::configure({}));
}
