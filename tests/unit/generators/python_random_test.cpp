#include "python_random.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "json_writer.h"

using farm::PythonRandom;
using farm::Seed;

namespace {

struct Draws {
  Seed seed;
  std::string kind;
  std::vector<std::string> values;
};

/// golden/python_draws.tsv: seed, kind of draw, what CPython 3.11's random.Random(seed) gave.
std::vector<Draws> python_draws() {
  std::ifstream file(GOLDEN "/python_draws.tsv");
  std::vector<Draws> all;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::int64_t seed = 0;
    Draws draws{};
    fields >> seed >> draws.kind;
    draws.seed = Seed(seed);
    for (std::string value; fields >> value;) draws.values.push_back(value);
    all.push_back(std::move(draws));
  }
  return all;
}

std::vector<std::string> draw(PythonRandom& random, const std::string& kind, std::size_t count) {
  std::vector<std::string> out;
  std::array<std::uint8_t, 5> sampled{};
  if (kind == "sample21_5") random.sample(21, 5, sampled);
  if (kind == "sample8_3") random.sample(8, 3, sampled);
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    if (kind == "bits") text = std::to_string(random.bits(32));
    if (kind == "random") farm::append_python_float(random.random(), text);
    if (kind == "below10") text = std::to_string(random.below(10));
    if (kind == "below1") text = std::to_string(i + 1 < count ? random.below(1) : random.bits(32));
    if (kind == "between4_10") text = std::to_string(random.between(4, 10));
    if (kind.starts_with("sample")) text = std::to_string(sampled[i]);
    out.push_back(text);
  }
  return out;
}

}  // namespace

TEST_CASE("draws are those of Python's random.Random, for small, large and negative seeds", "[generators]") {
  const auto golden = python_draws();
  REQUIRE(golden.size() == 88);
  for (const Draws& draws : golden) {
    if (draws.kind == "bits_after_623") continue;
    INFO(draws.seed.magnitude() << " " << draws.kind);
    PythonRandom random(draws.seed);
    CHECK(draw(random, draws.kind, draws.values.size()) == draws.values);
  }
}

TEST_CASE("draws go on as Python's do when the generator's words are used up", "[generators]") {
  for (const Draws& draws : python_draws()) {
    if (draws.kind != "bits_after_623") continue;
    PythonRandom random(draws.seed);
    std::vector<std::string> all;
    for (int i = 0; i < 1300; ++i) all.push_back(std::to_string(random.bits(32)));
    std::vector<std::string> shown(all.begin() + 623, all.begin() + 629);
    shown.push_back(all.back());
    CHECK(shown == draws.values);
  }
}

TEST_CASE("seeding side by side gives what seeding one by one gives", "[generators]") {
  std::vector<Seed> seeds;
  for (const std::int64_t seed : {0LL, -1LL, 7LL, 1LL << 32, (1LL << 32) - 1, -(1LL << 40), 12345LL, 1LL << 62, 99LL})
    for (std::uint32_t i = 0; i < 3; ++i) seeds.push_back(Seed(seed) + i);
  for (std::size_t count = 0; count <= seeds.size(); ++count) {
    std::vector<PythonRandom> made(count);
    std::vector<PythonRandom*> out;
    for (PythonRandom& random : made) out.push_back(&random);
    PythonRandom::seed_all({seeds.data(), count}, out);
    for (std::size_t i = 0; i < count; ++i) {
      PythonRandom alone(seeds[i]);
      for (int draw = 0; draw < 700; ++draw) REQUIRE(made[i].bits(32) == alone.bits(32));
    }
  }
}

TEST_CASE("a seed plus an index never wraps, and prints as Python prints it", "[generators]") {
  const auto text = [](Seed seed) {
    std::string out;
    seed.append_to(out);
    return out;
  };
  CHECK(text(Seed(-3) + 2) == "-1");
  CHECK(text(Seed(-3) + 3) == "0");
  CHECK(text(Seed(-3) + 10) == "7");
  CHECK(Seed(-3) + 10 == Seed(7));
  CHECK(text(Seed(INT64_MAX) + 1000) == "9223372036854776807");
  CHECK(text(Seed(INT64_MIN)) == "-9223372036854775808");
  CHECK(Seed(-1).bits() == UINT64_MAX);
  CHECK(Seed(INT64_MIN).bits() == 0x8000000000000000U);
}
