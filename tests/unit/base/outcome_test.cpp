#include "base/outcome.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace thresher;

TEST_CASE("every outcome has a name of its own", "[unit][base]") {
  std::set<std::string> names;
  for (int i = 0; i < kOutcomeCount; ++i) names.emplace(name_of(static_cast<Outcome>(i)));
  CHECK(names.size() == static_cast<std::size_t>(kOutcomeCount));
  CHECK(names.count("") == 0);
  CHECK(name_of(Outcome::ok) == "ok");
  CHECK(name_of(Outcome::connect_refused) == "connect_refused");
  CHECK(name_of(Outcome::internal) == "internal");
}

TEST_CASE("error codes are k6's", "[unit][base]") {
  CHECK(error_code_of(Outcome::ok) == 0);
  CHECK(error_code_of(Outcome::timeout) == 1050);
  CHECK(error_code_of(Outcome::dns) == 1101);
  CHECK(error_code_of(Outcome::connect_timeout) == 1211);
  CHECK(error_code_of(Outcome::connect_refused) == 1212);
  CHECK(error_code_of(Outcome::reset) == 1220);
  CHECK(error_code_of(Outcome::tls_untrusted) == 1310);
  CHECK(error_code_of(Outcome::tls_wrong_name) == 1311);
  for (int i = 1; i < kOutcomeCount; ++i) CHECK(error_code_of(static_cast<Outcome>(i)) >= 1000);
  CHECK(error_code_of_status(399) == 0);
  CHECK(error_code_of_status(404) == 1404);
  CHECK(error_code_of_status(599) == 1599);
  CHECK(error_code_of_status(600) == 0);
}
