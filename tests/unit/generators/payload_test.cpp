#include "payload.h"

#include <catch2/catch.hpp>
#include <set>

#include "farm_plugin.h"

using nlohmann::json;

TEST_CASE("a payload has exactly the size asked for, whatever its shape", "[generators]") {
  for (std::size_t shape = 0; shape < farm::kPayloadShapes.size(); ++shape) {
    for (std::size_t bytes = farm::kSmallestPayload; bytes < 3000; bytes += 13) {
      const auto body = farm::make_payload(static_cast<farm::PayloadShape>(shape), bytes, farm::Seed(7));
      REQUIRE(body.size() == bytes);
    }
    const auto largest =
        farm::make_payload(static_cast<farm::PayloadShape>(shape), farm::kLargestPayload, farm::Seed(7));
    CHECK(largest.size() == farm::kLargestPayload);
  }
}

TEST_CASE("payloads are JSON or text, and always valid UTF-8 beyond ASCII", "[generators]") {
  FarmPlugin farm;
  for (const std::string shape : {"chat", "event", "records", "text"}) {
    for (int seed = 0; seed < 30; ++seed) {
      const json made = farm.json(
          "payload", "shape=" + shape + "&size_bytes=" + std::to_string(600 + seed) + "&seed=" + std::to_string(seed));
      const std::string body = made["body"];  // nlohmann has refused a body that is not UTF-8
      CHECK(body.size() == made["size_bytes"]);
      CHECK(std::any_of(body.begin(), body.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
      CHECK(json::accept(body) == (shape != "text"));
      CHECK(made["content_type"] == (shape == "text" ? "text/plain; charset=utf-8" : "application/json"));
    }
  }
}

TEST_CASE("payloads look like what they stand for", "[generators]") {
  FarmPlugin farm;
  const auto body = [&](const std::string& shape) {
    return json::parse(farm.json("payload", "size_bytes=2000&shape=" + shape)["body"].get<std::string>());
  };
  CHECK(body("chat")["messages"][1]["role"] == "user");
  CHECK(body("event")["data"].contains("actor"));
  CHECK(body("records")["records"].size() > 10);
}

TEST_CASE("another seed makes another payload, the same seed the same", "[generators]") {
  FarmPlugin farm;
  std::set<std::string> bodies;
  for (int seed = -5; seed < 20; ++seed) bodies.insert(farm.text("payload", "seed=" + std::to_string(seed)));
  CHECK(bodies.size() == 25);
  CHECK(farm.text("payload", "seed=3") == farm.text("payload", "seed=3"));
}
