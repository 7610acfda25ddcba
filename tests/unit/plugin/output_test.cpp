#include "plugin/output.h"

#include <catch2/catch.hpp>

#include "fakes.h"

using namespace thresher;

TEST_CASE("an output is told of a run in order", "[plugin]") {
  FakeRegistry fakes("output");
  CHECK(fakes.registry.plugins()[0].outputs == std::vector<std::string>{"fake"});
  CHECK(fakes.output().summary() == "keeps a journal");
  Journal journal;
  {
    auto output = fakes.output().create(journal.config()).value();
    REQUIRE(output->begin(R"({"seed":1})"));
    REQUIRE(output->second(R"({"vus":2})"));
    REQUIRE(output->event(R"({"event":"phase"})"));
    REQUIRE(output->finish(R"({"report":3})"));
  }
  CHECK(
      journal.text() ==
      "create\nbegin {\"seed\":1}\nsecond {\"vus\":2}\nevent {\"event\":\"phase\"}\nfinish {\"report\":3}\ndestroy\n");
}

TEST_CASE("an output that failed is told nothing more, and gives its first error again", "[plugin]") {
  FakeRegistry fakes("output");
  Journal journal;
  auto output = fakes.output().create(journal.config("fail_second")).value();
  REQUIRE(output->begin("{}"));
  const auto failed = output->second("{}");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ErrorCode::plugin);
  CHECK(failed.error().message == fake_blame("output") + "the fake failed in second");
  CHECK(output->event("{}").error().message == failed.error().message);
  CHECK(output->finish("{}").error().message == failed.error().message);
  CHECK(journal.text() == "create\nbegin {}\nsecond {}\n");
  output.reset();
  CHECK(journal.text() == "create\nbegin {}\nsecond {}\ndestroy\n");
}

TEST_CASE("an output that breaks its contract, throws or refuses is quoted", "[plugin]") {
  FakeRegistry fakes("output");
  const auto failure = [&](const std::string& wrong) {
    auto output = fakes.output().create(mode(wrong));
    if (!output) return output.error().message;
    const auto begun = (*output)->begin("{}");
    return begun ? std::string() : begun.error().message;
  };
  CHECK(failure("well") == "");
  CHECK(failure("silent_begin") == fake_blame("output") + "broke its contract: begin returned 0 without saying why");
  CHECK(failure("seven_begin") == fake_blame("output") + "broke its contract: begin returned 7");
  CHECK(failure("throw_begin") == fake_blame("output") + "broke its contract: begin threw the fake threw in begin");
  CHECK(failure("fail_create") == fake_blame("output") + "the fake failed in create");
  CHECK(fakes.output().create(R"({"mode":1})").error().message == "output fake: option \"mode\" must be a text, not 1");
}
