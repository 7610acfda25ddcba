#include "plugin/generator.h"

#include <catch2/catch.hpp>

#include "fakes.h"

using namespace thresher;
using plugin::Parameter;

namespace {

/// What the fake makes of these parameters, or the error's message.
std::string made(plugin::Generator& generator, std::vector<Parameter> parameters, std::size_t product = 0) {
  std::string out;
  const auto done = generator.generate(product, parameters, out);
  return done ? out : done.error().message;
}

std::string made_of(plugin::Generator& generator, std::string_view json, std::size_t product = 0) {
  std::string out;
  const auto done = generator.generate(product, json, out);
  return done ? out : done.error().message;
}

/// The message of the error with which a fake in that mode generates.
std::string failure(const std::string& wrong) {
  FakeRegistry fakes("generator");
  auto generator = fakes.generator().create(mode(wrong), 1).value();
  std::string out = "before";
  const auto done = generator->generate(0, std::string_view("{}"), out);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::plugin);
  CHECK(out == "before");
  return done.error().message;
}

}  // namespace

TEST_CASE("a generator is described by its declaration", "[plugin]") {
  FakeRegistry fakes("generator");
  CHECK(fakes.registry.plugins()[0].generators == std::vector<std::string>{"fake"});
  const plugin::GeneratorType& type = fakes.generator();
  CHECK(type.summary() == "makes small values");
  REQUIRE(type.products().size() == 2);
  CHECK(type.products()[0].name == "workflow");
  CHECK(type.products()[1].summary == "takes none");
  CHECK(type.products()[1].options_json == "{}");
  CHECK(type.product("pulse").value() == 1);
  CHECK(type.product("workflo").error().message ==
        "unknown product of generator fake \"workflo\"; there are workflow, pulse; did you mean \"workflow\"?");
}

TEST_CASE("parameters reach a generator typed, from JSON and from texts alike", "[plugin]") {
  FakeRegistry fakes("generator");
  auto generator = fakes.generator().create("{}", 7).value();
  CHECK(made_of(*generator, "") ==
        R"({"seed":7,"num_tasks":6,"chaos_rate":0.250000,"shape":"linear","compat":0,"shape_given":0,"label":""})");
  const std::string all =
      R"({"seed":7,"num_tasks":20,"chaos_rate":1.000000,"shape":"dag","compat":1,"shape_given":1,"label":"a b"})";
  CHECK(made_of(*generator, R"({"num_tasks":20,"chaos_rate":1,"shape":"dag","compat":true,"label":"a b"})") == all);
  CHECK(made(*generator,
             {{"num_tasks", "20"}, {"chaos_rate", "1"}, {"shape", "dag"}, {"compat", "true"}, {"label", "a b"}}) ==
        all);
  CHECK(made(*generator, {}, 1) == "[7]");
}

TEST_CASE("a parameter of one call is forgotten by the next", "[plugin]") {
  FakeRegistry fakes("generator");
  auto generator = fakes.generator().create("{}", 7).value();
  const std::string plain = made(*generator, {});
  CHECK(made(*generator, {{"num_tasks", "20"}, {"label", "a text too long to be kept inside the string itself"}}) !=
        plain);
  CHECK(made(*generator, {}) == plain);
  CHECK(made(*generator, {{"shape", "saga"}, {"num_tasks", "99"}}) ==
        "parameter \"num_tasks\" must be between 2 and 20, not 99");
  CHECK(made(*generator, {}) == plain);
}

TEST_CASE("of a parameter given twice the last counts, as in every query string", "[plugin]") {
  FakeRegistry fakes("generator");
  auto generator = fakes.generator().create("{}", 7).value();
  CHECK(made(*generator, {{"num_tasks", "3"}, {"num_tasks", "4"}}) == made(*generator, {{"num_tasks", "4"}}));
}

TEST_CASE("a wrong parameter is named with its value and what would be right", "[plugin]") {
  FakeRegistry fakes("generator");
  auto generator = fakes.generator().create("{}", 7).value();
  const auto refusal = [&](std::string_view name, std::string_view value) {
    std::string out;
    const Parameter given[] = {{name, value}};
    const auto done = generator->generate(0, given, out);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::invalid_argument);
    return done.error().message;
  };
  CHECK(refusal("num_tasks", "40") == "parameter \"num_tasks\" must be between 2 and 20, not 40");
  CHECK(refusal("num_tasks", "many") == "parameter \"num_tasks\" must be an integer between 2 and 20, not \"many\"");
  CHECK(refusal("num_tasks", "") == "parameter \"num_tasks\" must be an integer between 2 and 20, not \"\"");
  CHECK(refusal("chaos_rate", "-0.1") == "parameter \"chaos_rate\" must be between 0 and 1, not -0.1");
  CHECK(refusal("chaos_rate", "nan") == "parameter \"chaos_rate\" must be a number between 0 and 1, not \"nan\"");
  CHECK(refusal("compat", "yes") == "parameter \"compat\" must be true or false, not \"yes\"");
  CHECK(refusal("shape", "sage") ==
        "parameter \"shape\" must be one of linear, dag, saga, not \"sage\"; did you mean \"saga\"?");
  CHECK(refusal("num_taks", "4") == "unknown parameter \"num_taks\"; did you mean \"num_tasks\"?");
  CHECK(refusal("x\xff", "4").substr(0, 17) == "unknown parameter");
  CHECK(made_of(*generator, R"({"num_tasks":40})") == "parameter \"num_tasks\" must be between 2 and 20, not 40");
  CHECK(made_of(*generator, "[]") == "parameters must be a JSON object, not []");
}

TEST_CASE("a generated value is appended to what is there", "[plugin]") {
  FakeRegistry fakes("generator");
  auto generator = fakes.generator().create("{}", 7).value();
  std::string out = "data: ";
  REQUIRE(generator->generate(1, std::string_view(), out));
  CHECK(out == "data: [7]");
}

TEST_CASE("a generator that fails is quoted, and what it wrote is thrown away", "[plugin]") {
  CHECK(failure("fail_generate") == fake_blame("generator") + "the fake failed in generate");
  CHECK(failure("fail_late") == fake_blame("generator") + "the fake ran out of numbers");
  CHECK(failure("throw_generate") ==
        fake_blame("generator") + "broke its contract: generate threw the fake threw in generate");
  CHECK(failure("odd_generate") ==
        fake_blame("generator") + "broke its contract: generate threw something that is no std::exception");
}

TEST_CASE("a generator that breaks its contract is told which part of it", "[plugin]") {
  const std::string broke = fake_blame("generator") + "broke its contract: ";
  CHECK(failure("silent") == broke + "generate returned 0 without saying why");
  CHECK(failure("return_7") == broke + "generate returned 7");
  CHECK(failure("nothing") == broke + "it wrote nothing");
  CHECK(failure("elsewhere") == broke + "it wrote from a thread of its own");
  CHECK(failure("undeclared") ==
        fake_blame("generator") + "reads the option \"undeclared\", which it does not declare");
}

TEST_CASE("a product that does not exist is our mistake, not the plugin's", "[plugin]") {
  FakeRegistry fakes("generator");
  auto generator = fakes.generator().create("{}", 7).value();
  CHECK(made_of(*generator, "{}", 2) == "generator fake has no product number 2");
  CHECK(made(*generator, {}, 2) == "generator fake has no product number 2");
}

TEST_CASE("an instance is created once, called in order and destroyed once", "[plugin]") {
  Journal journal;
  FakeRegistry fakes("generator");
  {
    auto generator = fakes.generator().create(journal.config(), 7).value();
    CHECK(made(*generator, {}, 1) == "[7]");
    CHECK(made(*generator, {}, 1) == "[7]");
  }
  CHECK(journal.text() == "create\ngenerate\ngenerate\ndestroy\n");
}

TEST_CASE("an instance that reads an undeclared option is destroyed again", "[plugin]") {
  Journal journal;
  FakeRegistry fakes("generator");
  const auto refused = fakes.generator().create(journal.config("undeclared_create"), 7);
  CHECK(refused.error().message ==
        fake_blame("generator") + "reads the option \"undeclared\", which it does not declare");
  CHECK(journal.text() == "create\ndestroy\n");
}

TEST_CASE("a generator that refuses an instance is quoted", "[plugin]") {
  FakeRegistry fakes("generator");
  const auto refusal = [&](const std::string& config) { return fakes.generator().create(config, 0).error().message; };
  CHECK(refusal(mode("fail_create")) == fake_blame("generator") + "the fake failed in create");
  CHECK(refusal(mode("null_create")) == fake_blame("generator") + "create returned NULL without saying why");
  CHECK(refusal(mode("throw_create")) ==
        fake_blame("generator") + "broke its contract: create threw the fake threw in create");
  CHECK(refusal(R"({"mod":1})") == "generator fake: unknown option \"mod\"; did you mean \"mode\"?");
}
