#include "comparison/holm.h"

#include <catch2/catch.hpp>

using thresher::comparison::holm_adjusted;

TEST_CASE("Holm's correction multiplies by how many are left, and never falls", "[unit][comparison]") {
  const std::vector<double> adjusted = holm_adjusted({0.01, 0.04, 0.03, 0.005});
  REQUIRE(adjusted.size() == 4);
  CHECK(adjusted[0] == Approx(0.03));
  CHECK(adjusted[1] == Approx(0.06));
  CHECK(adjusted[2] == Approx(0.06));
  CHECK(adjusted[3] == Approx(0.02));
  CHECK(holm_adjusted({0.6, 0.7}) == std::vector<double>{1, 1});
  CHECK(holm_adjusted({0.025}) == std::vector<double>{0.025});
  CHECK(holm_adjusted({}).empty());
}
