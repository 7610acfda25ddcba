#include "plugin/validator.h"

#include <catch2/catch.hpp>

#include "fakes.h"

using namespace thresher;
using plugin::CheckVerdict;

namespace {

struct Heard final : plugin::JudgementSink {
  std::vector<plugin::Violation> violations;
  std::vector<plugin::Finding> findings;
  std::vector<std::pair<std::string, std::string>> documents;

  void on_violation(plugin::Violation violation) override { violations.push_back(std::move(violation)); }
  void on_finding(plugin::Finding finding) override { findings.push_back(std::move(finding)); }
  void on_document(std::string name, std::string json) override {
    documents.emplace_back(std::move(name), std::move(json));
  }
};

constexpr std::string_view kEven = R"({"t":1,"event":"even"})", kOdd = R"({"t":2,"event":"odd"})";

/// The message of the first error when a fake in that mode judges an even and an odd event; empty when there is none.
std::string failure(const std::string& wrong) {
  FakeRegistry fakes("validator");
  Heard heard;
  auto validator = fakes.validator().create(mode(wrong), 1, heard);
  if (!validator) return validator.error().message;
  for (const std::string_view event : {kEven, kOdd})
    if (const auto observed = (*validator)->observe(event); !observed) return observed.error().message;
  const auto finished = (*validator)->finish();
  return finished ? "" : finished.error().message;
}

}  // namespace

TEST_CASE("a validator hears a history in order, and what it says arrives whole", "[plugin]") {
  FakeRegistry fakes("validator");
  CHECK(fakes.registry.plugins()[0].validators == std::vector<std::string>{"fake"});
  CHECK(fakes.validator().summary() == "counts events");
  Heard heard;
  Journal journal;
  {
    auto validator = fakes.validator().create(journal.config(), 9, heard).value();
    REQUIRE(validator->observe(kEven));
    CHECK(heard.violations.empty());
    REQUIRE(validator->observe(kOdd));
    REQUIRE(heard.violations.size() == 1);  // as soon as it is known
    CHECK(heard.violations[0].check == "count");
    CHECK(heard.violations[0].subject == "an event");
    CHECK(heard.violations[0].witness == "it is odd");
    CHECK(heard.violations[0].details == R"({"number":2})");
    CHECK(heard.violations[0].at == Nanoseconds{5});
    CHECK(heard.findings.empty());
    REQUIRE(validator->finish());
  }
  REQUIRE(heard.findings.size() == 1);
  CHECK(heard.findings[0].verdict == CheckVerdict::fail);
  CHECK(heard.findings[0].observations == 2);
  CHECK(heard.findings[0].violations == 1);
  CHECK(heard.findings[0].summary == "counted");
  CHECK(heard.findings[0].details == R"({"seed":9})");
  REQUIRE(heard.documents.size() == 1);
  CHECK(heard.documents[0].first == "analysis");
  CHECK(heard.documents[0].second == R"({"events":2})");
  CHECK(journal.text() ==
        "create\nobserve " + std::string(kEven) + "\nobserve " + std::string(kOdd) + "\nfinish\ndestroy\n");
}

TEST_CASE("a validator that is not finished is destroyed all the same", "[plugin]") {
  FakeRegistry fakes("validator");
  Heard heard;
  Journal journal;
  fakes.validator().create(journal.config(), 9, heard).value().reset();
  CHECK(journal.text() == "create\ndestroy\n");
}

TEST_CASE("an empty history gives NO_DATA", "[plugin]") {
  FakeRegistry fakes("validator");
  Heard heard;
  auto validator = fakes.validator().create("{}", 9, heard).value();
  REQUIRE(validator->finish());
  CHECK(heard.findings.at(0).verdict == CheckVerdict::no_data);
  CHECK(name_of(heard.findings[0].verdict) == "NO_DATA");
}

TEST_CASE("a history that makes no sense ends the judging, and the validator is told no more", "[plugin]") {
  FakeRegistry fakes("validator");
  Heard heard;
  Journal journal;
  auto validator = fakes.validator().create(journal.config("fail_observe"), 9, heard).value();
  const auto observed = validator->observe(kEven);
  REQUIRE_FALSE(observed);
  CHECK(observed.error().message == fake_blame("validator") + "the fake failed in observe");
  CHECK(validator->observe(kOdd).error().message == observed.error().message);
  CHECK(validator->finish().error().message == observed.error().message);
  CHECK(journal.text() == "create\nobserve " + std::string(kEven) + "\n");
}

TEST_CASE("an exception out of a validator is caught and quoted", "[plugin]") {
  CHECK(failure("throw_observe") ==
        fake_blame("validator") + "broke its contract: observe threw the fake threw in observe");
  CHECK(failure("throw_finish") ==
        fake_blame("validator") + "broke its contract: finish threw the fake threw in finish");
}

TEST_CASE("a judgement that breaks the contract is an error that says how", "[plugin]") {
  const std::string broke = fake_blame("validator") + "broke its contract: ";
  CHECK(failure("well") == "");
  CHECK(failure("pass_of_nothing") == broke + "its finding of \"count\" is PASS with 0 observations");
  CHECK(failure("finding_without_check") == broke + "its finding names no check");
  CHECK(failure("odd_verdict") == broke + "its finding of \"count\" has the unknown verdict 9");
  CHECK(failure("finding_with_text") == broke + "the details of its finding of \"count\" are no JSON object: well");
  CHECK(failure("two_findings") == broke + "it gave two findings of \"count\"");
  CHECK(failure("violation_without_check") == broke + "its violation names no check");
  CHECK(failure("violation_without_witness") == broke + "its violation of \"count\" has no witness");
  CHECK(failure("violation_before_the_run") == broke + "its violation of \"count\" is of -2 ns, before the run");
  CHECK(failure("violation_with_array") == broke + "the details of its violation of \"count\" are no JSON object: [1]");
  CHECK(failure("violation_null") == broke + "its violation is NULL");
  CHECK(failure("document_named_badly") ==
        broke + "it calls a document \"The Analysis\"; names are lower case letters, digits, '_' and '-'");
  CHECK(failure("document_cut") == broke + "its document analysis is no JSON");
}

TEST_CASE("a judgement at the wrong time or from another thread is refused", "[plugin]") {
  const std::string broke = fake_blame("validator") + "broke its contract: ";
  CHECK(failure("finding_in_observe") == broke + "it gave a finding outside finish()");
  CHECK(failure("document_in_observe") == broke + "it gave a document outside finish()");
  CHECK(failure("speaks_in_create") == broke + "it gave a violation outside observe() and finish()");
  CHECK(failure("violation_elsewhere") == broke + "it gave a violation from a thread of its own");
}

TEST_CASE("what a validator says while it is destroyed reaches nobody", "[plugin]") {
  FakeRegistry fakes("validator");
  Heard heard;
  auto validator = fakes.validator().create(mode("speaks_in_destroy"), 9, heard).value();
  validator.reset();
  CHECK(heard.violations.empty());
}
