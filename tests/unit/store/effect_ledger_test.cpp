#include "store/recovery/effect_ledger.h"

#include "recovery_world.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using namespace thresher::store::test;

namespace {

const EffectRequest kPay = {.key = "pay", .request_hash = sha256_of("7 to Ann"), .patience = 10s};

}  // namespace

TEST_CASE("who asks first executes, who asks after has what it gave", "[store][recovery]") {
  RecoveryWorld world;
  auto& effects = world.kit->effects();
  const Claim first = must(effects.claim(kPay));
  CHECK(first.kind == Claim::Kind::execute);
  CHECK(must(effects.claim(kPay)).kind == Claim::Kind::in_flight);
  CHECK_FALSE(must(effects.look_up("pay")).has_value());
  must(effects.complete(first, "paid"));
  const Claim second = must(world.open()->effects().claim(kPay));
  CHECK(second.kind == Claim::Kind::replay);
  CHECK(second.response == "paid");
  CHECK(must(effects.look_up("pay")) == "paid");
}

TEST_CASE("a key that is used for another request is refused", "[store][recovery]") {
  RecoveryWorld world;
  auto& effects = world.kit->effects();
  const EffectRequest other = {.key = "pay", .request_hash = sha256_of("8 to Ann")};
  const Claim first = must(effects.claim(kPay));
  CHECK(must(effects.claim(other)).kind == Claim::Kind::mismatch);
  must(effects.complete(first, "paid"));
  CHECK(must(effects.claim(other)).kind == Claim::Kind::mismatch);
}

TEST_CASE("a claim that takes too long is taken over, and its first owner refused", "[store][recovery]") {
  RecoveryWorld world;
  auto& effects = world.kit->effects();
  const Claim first = must(effects.claim(kPay));
  world.advance(10s);
  const Claim second = must(effects.claim(kPay));
  CHECK(second.kind == Claim::Kind::execute);
  CHECK(second.fence == first.fence + 1);
  CHECK(code_of(effects.complete(first, "paid twice")) == ErrorCode::cancelled);
  must(effects.complete(second, "paid"));
  CHECK(must(effects.look_up("pay")) == "paid");
}

TEST_CASE("an effect that was given up is tried again", "[store][recovery]") {
  RecoveryWorld world;
  auto& effects = world.kit->effects();
  must(effects.abandon(must(effects.claim(kPay)), "the bank was shut"));
  CHECK(must(effects.statistics()).failed == 1);
  const Claim second = must(effects.claim(kPay));
  CHECK(second.kind == Claim::Kind::execute);
  must(effects.complete(second, "paid"));
  const EffectStatistics statistics = must(effects.statistics());
  CHECK(statistics.completed == 1);
  CHECK(statistics.pending + statistics.failed == 0);
}

TEST_CASE("what an effect gave is forgotten when its lifetime is over", "[store][recovery]") {
  RecoveryWorld world;
  auto& effects = world.kit->effects();
  EffectRequest request = kPay;
  request.lifetime = 1min;
  must(effects.complete(must(effects.claim(request)), "paid"));
  world.advance(59s);
  CHECK(must(effects.claim(request)).kind == Claim::Kind::replay);
  world.advance(1s);
  CHECK_FALSE(must(effects.look_up("pay")).has_value());
  request.request_hash = sha256_of("another");  // and so may be another request
  CHECK(must(effects.claim(request)).kind == Claim::Kind::execute);
}

TEST_CASE("a reboot frees the claims of the dead", "[store][recovery]") {
  RecoveryWorld world;
  must(world.kit->effects().claim(kPay));
  world.boot = "the next boot";
  world.since_boot = 1s;
  CHECK(must(world.open()->effects().claim(kPay)).kind == Claim::Kind::execute);
}
