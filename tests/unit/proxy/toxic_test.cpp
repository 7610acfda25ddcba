#include "proxy/toxic.h"

#include <catch2/catch.hpp>

namespace thresher::proxy {

TEST_CASE("every type of toxic is found by its name", "[proxy]") {
  for (int i = 0; i <= static_cast<int>(ToxicType::down); ++i) {
    const auto type = static_cast<ToxicType>(i);
    CHECK(toxic_type(name_of(type)) == type);
  }
  CHECK_FALSE(toxic_type("lag").has_value());
  CHECK(direction("Upstream") == Direction::upstream);
  CHECK_FALSE(direction("sideways").has_value());
}

TEST_CASE("a toxic is called after its type and stream", "[proxy]") {
  Toxic toxic = Toxic::of(ToxicType::latency);
  CHECK(default_name(toxic) == "latency_downstream");
  toxic.stream = Direction::upstream;
  CHECK(default_name(toxic) == "latency_upstream");
}

TEST_CASE("an attribute that is wrong is named with what would be right", "[proxy]") {
  Toxic toxic = Toxic::of(ToxicType::latency);
  CHECK(toxic.set("latency", 100).has_value());
  CHECK(toxic.value("latency") == 100);
  CHECK(toxic.set("latncy", 1).error().message == "latency has no attribute 'latncy'; did you mean 'latency'?");
  CHECK(toxic.set("rate", 1).error().message == "latency has no attribute 'rate'; it takes latency, jitter");
  CHECK(toxic.set("jitter", -1).error().message == "latency: jitter is ms, from 0 to 86400000, not -1");
  CHECK(Toxic::of(ToxicType::down).set("rate", 1).error().message == "down takes no attributes, so no 'rate'");
}

TEST_CASE("attributes that contradict one another are refused", "[proxy]") {
  Toxic slicer = Toxic::of(ToxicType::slicer);
  CHECK(check(slicer).error().message == "slicer: average_size must be 1 byte or more, not 0");
  REQUIRE(slicer.set("average_size", 10).has_value());
  REQUIRE(slicer.set("size_variation", 10).has_value());
  CHECK(check(slicer).error().message == "slicer: size_variation (10) must be less than average_size (10)");
  Toxic down = Toxic::of(ToxicType::down);
  CHECK(check(down).has_value());
  down.toxicity = 0.5;
  CHECK(check(down).error().message ==
        "down strikes the whole proxy: it takes a schedule, but neither toxicity nor per");
  Toxic latency = Toxic::of(ToxicType::latency);
  latency.toxicity = 1.5;
  CHECK(check(latency).error().message == "toxicity is a share from 0 to 1, not 1.5");
}

}  // namespace thresher::proxy
