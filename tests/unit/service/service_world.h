#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "event/virtual_world.h"
#include "fake_farm.h"
#include "fake_launcher.h"
#include "fake_store.h"
#include "service/oracle_service.h"

namespace thresher::test {

using Json = nlohmann::json;

/// What a client heard.
struct Heard {
  int status = 0;
  std::string head, body;

  Json json() const { return Json::parse(body, nullptr, false); }
  std::string detail() const {
    const Json document = json();
    return document.is_object() && document.contains("detail") ? document["detail"].get<std::string>() : "";
  }
};

/// A bare client that keeps all it hears, with the time of each piece.
struct Client final : event::StreamEvents {
  Client(event::Loop& loop, const event::Address& to) : stream(loop.connect(to, *this)) {}
  void on_connected(TimePoint) override {}
  void on_bytes(std::string_view bytes, TimePoint now) override {
    heard += bytes;
    times.push_back(now);
  }
  void on_end(Outcome why, TimePoint) override { end = why; }

  std::unique_ptr<event::ByteStream> stream;
  std::string heard;
  std::vector<TimePoint> times;
  std::optional<Outcome> end;
};

/// The whole service in virtual time, with a fake farm, launcher and store. No latency: a byte arrives when it was
/// sent.
class ServiceWorld {
 public:
  explicit ServiceWorld(service::OracleOptions options = default_options(),
                        const plugin::ValidatorType* validator = nullptr) {
    auto made = service::OracleService::start(
        *loop, {.generator = &farm, .validator = validator, .launcher = &launcher, .store = &store},
        std::move(options));
    REQUIRE(made);
    service = std::move(*made);
    // Clients connect over loopback wherever the service is bound.
    address = event::Address::loopback(service->address().port);
  }

  static service::OracleOptions default_options() {
    service::OracleOptions options;
    options.version = "1.2.3";
    options.platform_url = "http://platform.test:8080";
    return options;
  }

  void advance(Nanoseconds duration) { world.run_until(world.now() + duration); }
  std::unique_ptr<Client> connect() {
    auto client = std::make_unique<Client>(*loop, address);
    advance(std::chrono::milliseconds(1));
    return client;
  }
  /// One request on a connection of its own; what was heard within 10 ms.
  Heard talk(const std::string& bytes) {
    auto client = connect();
    client->stream->write(bytes);
    advance(std::chrono::milliseconds(10));
    return read(client->heard);
  }
  Heard ask(const std::string& method, const std::string& target, const std::string& body = {},
            const std::string& headers = {}) {
    std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: localhost:5000\r\n{}", method, target, headers);
    if (!body.empty()) request += fmt::format("Content-Length: {}\r\n", body.size());
    return talk(request + "\r\n" + body);
  }
  Heard get(const std::string& target) { return ask("GET", target); }
  Heard post(const std::string& target, const std::string& body = "{}") { return ask("POST", target, body); }

  static Heard read(const std::string& bytes) {
    Heard heard;
    const std::size_t end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) return heard;
    heard.status = std::stoi(bytes.substr(9, 3));
    heard.head = bytes.substr(0, end + 2);
    heard.body = bytes.substr(end + 4);
    return heard;
  }

  FarmCalls calls;
  FakeFarm farm{calls};
  FakeLauncher launcher;
  FakeStore store;
  event::VirtualWorld world{{.latency = Nanoseconds{0}}};
  std::unique_ptr<event::Loop> loop = world.make_loop();
  std::unique_ptr<service::OracleService> service;
  event::Address address;
};

}  // namespace thresher::test
