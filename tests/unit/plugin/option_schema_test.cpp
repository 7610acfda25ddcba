#include "plugin/option_schema.h"

#include <catch2/catch.hpp>

using namespace thresher;
using plugin::OptionSchema;
using plugin::OptionValue;

namespace {

constexpr thresher_option option(std::int32_t type, thresher_text name, thresher_text default_value = {},
                                 thresher_text choices = {}, std::uint32_t flags = 0, double minimum = 0,
                                 double maximum = 0) {
  return {sizeof(thresher_option), type, flags, 0, name, {}, default_value, choices, minimum, maximum};
}

OptionSchema schema() {
  const thresher_option options[] = {
      option(THRESHER_OPTION_TEXT, THRESHER_TEXT("profile"), THRESHER_TEXT("rock_solid"),
             THRESHER_TEXT("rock_solid|reliable|flaky")),
      option(THRESHER_OPTION_TEXT, THRESHER_TEXT("label")),
      option(THRESHER_OPTION_NUMBER, THRESHER_TEXT("scale"), THRESHER_TEXT("0.1"), {}, THRESHER_OPTION_HAS_MINIMUM, 0),
      option(THRESHER_OPTION_INTEGER, THRESHER_TEXT("size"), THRESHER_TEXT("3"), {},
             THRESHER_OPTION_HAS_MINIMUM | THRESHER_OPTION_HAS_MAXIMUM, 1, 10),
      option(THRESHER_OPTION_BOOLEAN, THRESHER_TEXT("strict"), THRESHER_TEXT("true")),
  };
  return OptionSchema::read(options, 5).value();
}

OptionValue value(const std::string& json, std::string_view name) {
  const auto config = schema().resolve(json);
  if (!config) FAIL(config.error().message);
  for (const auto& entry : config->entries)
    if (entry.name == name) return entry.value;
  FAIL("no such entry");
  return {};
}

std::string problem(const std::string& json) {
  const auto config = schema().resolve(json);
  REQUIRE_FALSE(config);
  CHECK(config.error().code == ErrorCode::invalid_argument);
  return config.error().message;
}

}  // namespace

TEST_CASE("an empty object or text gives the defaults", "[plugin]") {
  for (const char* json : {"", "{}", "  { } "}) {
    CHECK(value(json, "profile") == OptionValue{"rock_solid"});
    CHECK(value(json, "label") == OptionValue{});
    CHECK(value(json, "scale") == OptionValue{0.1});
    CHECK(value(json, "size") == OptionValue{std::int64_t{3}});
    CHECK(value(json, "strict") == OptionValue{true});
  }
}

TEST_CASE("a value may be given as JSON or as its text", "[plugin]") {
  CHECK(value(R"({"scale":2})", "scale") == OptionValue{2.0});
  CHECK(value(R"({"scale":"2.5"})", "scale") == OptionValue{2.5});
  CHECK(value(R"({"size":"10"})", "size") == OptionValue{std::int64_t{10}});
  CHECK(value(R"({"size":4.0})", "size") == OptionValue{std::int64_t{4}});
  CHECK(value(R"({"strict":"false"})", "strict") == OptionValue{false});
  CHECK(value(R"({"label":""})", "label") == OptionValue{""});
  CHECK(value(R"({"label":"7"})", "label") == OptionValue{"7"});
}

TEST_CASE("a value of the wrong kind is named with the right one", "[plugin]") {
  CHECK(problem(R"({"scale":true})") == "option \"scale\" must be a number of at least 0, not true");
  CHECK(problem(R"({"scale":"fast"})") == "option \"scale\" must be a number of at least 0, not \"fast\"");
  CHECK(problem(R"({"scale":"inf"})") == "option \"scale\" must be a number of at least 0, not \"inf\"");
  CHECK(problem(R"({"size":2.5})") == "option \"size\" must be an integer between 1 and 10, not 2.5");
  CHECK(problem(R"({"size":18446744073709551615})") ==
        "option \"size\" must be an integer between 1 and 10, not 18446744073709551615");
  CHECK(problem(R"({"strict":1})") == "option \"strict\" must be true or false, not 1");
  CHECK(problem(R"({"label":7})") == "option \"label\" must be a text, not 7");
  CHECK(problem(R"({"label":null})") == "option \"label\" must be a text, not null");
}

TEST_CASE("a value outside its bounds is named with them", "[plugin]") {
  CHECK(problem(R"({"scale":-0.5})") == "option \"scale\" must be at least 0, not -0.5");
  CHECK(problem(R"({"size":11})") == "option \"size\" must be between 1 and 10, not 11");
  CHECK(problem(R"({"size":"0"})") == "option \"size\" must be between 1 and 10, not \"0\"");
}

TEST_CASE("a text outside its choices is answered with them, and with the nearest", "[plugin]") {
  CHECK(problem(R"({"profile":"flakey"})") ==
        "option \"profile\" must be one of rock_solid, reliable, flaky, not \"flakey\"; did you mean \"flaky\"?");
  CHECK(problem(R"({"profile":"xyz"})") ==
        "option \"profile\" must be one of rock_solid, reliable, flaky, not \"xyz\"");
}

TEST_CASE("an unknown option is answered with the nearest, or with all there are", "[plugin]") {
  CHECK(problem(R"({"profil":"flaky"})") == "unknown option \"profil\"; did you mean \"profile\"?");
  CHECK(problem(R"({"xyz":1})") == "unknown option \"xyz\"; there are profile, label, scale, size, strict");
  CHECK(OptionSchema().resolve(R"({"xyz":1})").error().message == "unknown option \"xyz\"; there are none");
}

TEST_CASE("what is no JSON object is refused and quoted", "[plugin]") {
  CHECK(problem("[1]") == "options must be a JSON object, not [1]");
  CHECK(problem("profile=flaky") == "options must be a JSON object, not profile=flaky");
}
