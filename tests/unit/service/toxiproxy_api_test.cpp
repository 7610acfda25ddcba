#include "service/toxiproxy_api.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "event/virtual_world.h"
#include "proxy/proxy_set.h"

namespace thresher::service {
namespace {

using Catch::Matchers::Contains;
using Json = nlohmann::json;

struct Heard {
  int status = 0;
  std::string head, body;
  Json json() const { return Json::parse(body, nullptr, false); }
};

/// The API over an empty set of proxies, in virtual time.
class Desk {
 public:
  Desk() {
    auto started = ToxiproxyApi::start(*loop_, event::Address::loopback(8474), proxies);
    REQUIRE(started.has_value());
    api_ = std::move(*started);
  }

  Heard ask(const std::string& method, const std::string& target, const std::string& body = {},
            const std::string& headers = "User-Agent: toxiproxy-cli\r\n") {
    struct Client final : event::StreamEvents {
      std::string heard;
      void on_connected(TimePoint) override {}
      void on_bytes(std::string_view bytes, TimePoint) override { heard += bytes; }
      void on_end(Outcome, TimePoint) override {}
    } client;
    const auto stream = loop_->connect(event::Address::loopback(8474), client);
    stream->write(fmt::format("{} {} HTTP/1.1\r\nHost: localhost:8474\r\n{}Content-Length: {}\r\n\r\n{}", method,
                              target, headers, body.size(), body));
    world_.run_until(world_.now() + std::chrono::milliseconds(10));
    Heard answer;
    const std::size_t end = client.heard.find("\r\n\r\n");
    REQUIRE(end != std::string::npos);
    answer.status = std::stoi(client.heard.substr(9, 3));
    answer.head = client.heard.substr(0, end + 2);
    answer.body = client.heard.substr(end + 4);
    return answer;
  }
  /// POST /proxies; the proxy.
  Json make(const std::string& name = "db", const std::string& listen = "127.0.0.1:15432") {
    const Heard made =
        ask("POST", "/proxies", Json{{"name", name}, {"listen", listen}, {"upstream", "127.0.0.1:5432"}}.dump());
    REQUIRE(made.status == 201);
    return made.json();
  }

 private:
  event::VirtualWorld world_{{.latency = Nanoseconds{}}};
  std::unique_ptr<event::Loop> loop_ = world_.make_loop();

 public:
  proxy::ProxySet proxies{*loop_, 7};

 private:
  std::unique_ptr<ToxiproxyApi> api_;
};

void check_error(const Heard& heard, int status, const std::string& error) {
  CHECK(heard.status == status);
  CHECK(heard.json()["error"] == error);
  CHECK(heard.json()["status"] == status);
}

}  // namespace

TEST_CASE("a proxy is made, shown, listed and deleted as Toxiproxy does it", "[service][toxiproxy]") {
  Desk desk;
  CHECK(desk.ask("GET", "/proxies").body == "{}");
  const Json proxy = desk.make();
  CHECK(proxy == Json::parse(R"({"name":"db","listen":"127.0.0.1:15432","upstream":"127.0.0.1:5432","enabled":true,
                                 "toxics":[]})"));
  const Heard shown = desk.ask("GET", "/proxies/db");
  CHECK(shown.status == 200);
  CHECK(shown.json() == proxy);
  CHECK_THAT(shown.head, Contains("Content-Type: application/json"));
  CHECK(desk.ask("GET", "/proxies").json() == Json{{"db", proxy}});
  const Heard deleted = desk.ask("DELETE", "/proxies/db");
  CHECK(deleted.status == 204);
  CHECK(deleted.body.empty());
  check_error(desk.ask("GET", "/proxies/db"), 404, "proxy not found");
  check_error(desk.ask("DELETE", "/proxies/db"), 404, "proxy not found");
}

TEST_CASE("a proxy that listens on port 0 says which port it has", "[service][toxiproxy]") {
  Desk desk;
  const std::string listen = desk.make("any", "127.0.0.1:0")["listen"];
  CHECK(listen.starts_with("127.0.0.1:"));
  CHECK(listen != "127.0.0.1:0");
}

TEST_CASE("what is wrong with a new proxy is said in Toxiproxy's words", "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  check_error(desk.ask("POST", "/proxies", R"({"name":"db","upstream":"a:1"})"), 409, "proxy already exists");
  check_error(desk.ask("POST", "/proxies", R"({"upstream":"a:1"})"), 400, "missing required field: name");
  check_error(desk.ask("POST", "/proxies", R"({"name":"x"})"), 400, "missing required field: upstream");
  check_error(desk.ask("POST", "/proxies", "{"), 400, "bad request body: it is no JSON");
  check_error(desk.ask("POST", "/proxies", "[]"), 400, "bad request body: expected an object, got []");
  check_error(desk.ask("POST", "/proxies", R"({"name":7,"upstream":"a:1"})"), 400,
              "bad request body: name: expected a string, got 7");
  check_error(desk.ask("POST", "/proxies", R"({"name":"x","upstream":"nowhere"})"), 400,
              "bad request body: 'nowhere' is no HOST:PORT, such as 127.0.0.1:8007 or db.example:5432");
  const Heard taken = desk.ask("POST", "/proxies", R"({"name":"x","listen":"127.0.0.1:15432","upstream":"a:1"})");
  CHECK(taken.status == 500);
  CHECK_THAT(taken.json()["error"].get<std::string>(), Contains("127.0.0.1:15432"));
  CHECK(desk.proxies.all().size() == 1);
}

TEST_CASE("a proxy is disabled, enabled and led elsewhere by POST and by PATCH", "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  for (const char* method : {"POST", "PATCH"}) {
    const Heard off = desk.ask(method, "/proxies/db", R"({"enabled":false})");
    CHECK(off.status == 200);
    CHECK(off.json()["enabled"] == false);
    CHECK_FALSE(desk.proxies.find("db")->enabled());
    // As the Go client saves: the whole proxy, with what it knows of its toxics.
    const Heard on = desk.ask(method, "/proxies/db",
                              R"({"name":"other","listen":"127.0.0.1:15432","upstream":"127.0.0.1:9","enabled":true,
                                  "toxics":null})");
    CHECK(on.json()["enabled"] == true);
    CHECK(on.json()["name"] == "db");
    CHECK(on.json()["upstream"] == "127.0.0.1:9");
  }
  check_error(desk.ask("POST", "/proxies/nobody", "{}"), 404, "proxy not found");
}

TEST_CASE("a toxic is made with Toxiproxy's defaults, shown, changed and removed", "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  const Heard made = desk.ask("POST", "/proxies/db/toxics", R"({"type":"latency","attributes":{"latency":100}})");
  CHECK(made.status == 200);
  const Json toxic = Json::parse(
      R"({"attributes":{"latency":100,"jitter":0},"name":"latency_downstream","type":"latency","stream":"downstream",
          "toxicity":1})");
  CHECK(made.json() == toxic);
  CHECK(made.json()["attributes"]["latency"].is_number_integer());  // clients with integer types
  CHECK(desk.ask("GET", "/proxies/db/toxics").json() == Json{toxic});
  CHECK(desk.ask("GET", "/proxies/db/toxics/latency_downstream").json() == toxic);
  CHECK(desk.ask("GET", "/proxies/db").json()["toxics"] == Json{toxic});

  for (const char* method : {"POST", "PATCH"}) {
    const Heard changed = desk.ask(method, "/proxies/db/toxics/latency_downstream",
                                   R"({"attributes":{"jitter":5},"toxicity":0.5,"stream":"upstream","name":"x"})");
    CHECK(changed.status == 200);
    CHECK(changed.json()["attributes"] == Json::parse(R"({"latency":100,"jitter":5})"));
    CHECK(changed.json()["toxicity"] == 0.5);
    CHECK(changed.json()["stream"] == "downstream");
    CHECK(changed.json()["name"] == "latency_downstream");
  }
  CHECK(desk.ask("DELETE", "/proxies/db/toxics/latency_downstream").status == 204);
  CHECK(desk.ask("GET", "/proxies/db/toxics").body == "[]");
  check_error(desk.ask("DELETE", "/proxies/db/toxics/latency_downstream"), 404, "toxic not found");
}

TEST_CASE("every toxic of Toxiproxy's is taken with its attributes", "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  const std::pair<const char*, const char*> known[] = {
      {"latency", R"({"latency":1,"jitter":2})"}, {"bandwidth", R"({"rate":3})"},
      {"slow_close", R"({"delay":4})"},           {"timeout", R"({"timeout":5})"},
      {"reset_peer", R"({"timeout":6})"},         {"slicer", R"({"average_size":8,"size_variation":7,"delay":9})"},
      {"limit_data", R"({"bytes":10})"}};
  for (const auto& [type, attributes] : known) {
    const Heard made =
        desk.ask("POST", "/proxies/db/toxics",
                 fmt::format(R"({{"name":"","type":"{}","stream":"upstream","toxicity":0.25,"attributes":{}}})", type,
                             attributes));
    CHECK(made.status == 200);
    CHECK(made.json()["attributes"] == Json::parse(attributes));
    CHECK(made.json()["name"] == std::string(type) + "_upstream");
    CHECK(made.json()["toxicity"] == 0.25);
  }
  CHECK(desk.ask("GET", "/proxies/db/toxics").json().size() == 7);
}

TEST_CASE("what is wrong with a toxic is said in Toxiproxy's words, and in ours what would be right",
          "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  const auto post = [&](const std::string& body) { return desk.ask("POST", "/proxies/db/toxics", body); };
  check_error(post(R"({"type":"lag"})"), 400, "invalid toxic type");
  CHECK(post(R"({"type":"lag"})").json()["detail"] ==
        "'lag'; there are latency, bandwidth, slow_close, timeout, reset_peer, slicer, limit_data, corrupt, down");
  check_error(post(R"({"type":"latency","stream":"sideways"})"), 400,
              "stream was invalid, can be either upstream or downstream");
  check_error(post(R"({"type":"latency","attributes":{"latncy":1}})"), 400,
              "bad request body: latency has no attribute 'latncy'; did you mean 'latency'?");
  check_error(post(R"({"type":"latency","attributes":{"latency":"1s"}})"), 400,
              "bad request body: attributes.latency: expected a number, got \"1s\"");
  check_error(post(R"({"type":"latency","toxicity":2})"), 400,
              "bad request body: toxicity is a share from 0 to 1, not 2");
  CHECK(post(R"({"type":"latency","attributes":null})").status == 200);
  check_error(post(R"({"type":"latency"})"), 409, "toxic already exists");
  check_error(desk.ask("POST", "/proxies/nobody/toxics", R"({"type":"latency"})"), 404, "proxy not found");
  check_error(desk.ask("PATCH", "/proxies/db/toxics/latency_downstream", R"({"attributes":{"latency":-1}})"), 400,
              "bad request body: latency: latency is ms, from 0 to 86400000, not -1");
}

TEST_CASE("our own toxics, requests and schedules go through the same door", "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  const Heard made = desk.ask("POST", "/proxies/db/toxics",
                              R"({"type":"corrupt","per":"request","attributes":{"rate":0.25},
                                  "schedule":{"from":10,"to":12.5,"every":60,"spread":5}})");
  CHECK(made.status == 200);
  CHECK(made.json()["per"] == "request");
  CHECK(made.json()["schedule"] == Json::parse(R"({"from":10,"to":12.5,"every":60,"spread":5})"));
  CHECK(desk.proxies.find("db")->find("corrupt_downstream")->schedule.to == std::chrono::milliseconds(12'500));
  const Heard moved = desk.ask("PATCH", "/proxies/db/toxics/corrupt_downstream", R"({"schedule":{"from":11}})");
  CHECK(moved.json()["schedule"] == Json::parse(R"({"from":11,"to":12.5,"every":60,"spread":5})"));
  CHECK(desk.ask("POST", "/proxies/db/toxics", R"({"type":"down","schedule":{"from":5,"to":6}})").status == 200);
  check_error(desk.ask("POST", "/proxies/db/toxics", R"({"type":"timeout","schedule":{"from":5,"to":4}})"), 400,
              "bad request body: to (4s) must come after from (5s)");
}

TEST_CASE("populate makes and replaces proxies, and leaves alone what is the same", "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  REQUIRE(desk.ask("POST", "/proxies/db/toxics", R"({"type":"latency"})").status == 200);
  const Heard made = desk.ask("POST", "/populate",
                              R"([{"name":"db","listen":"127.0.0.1:15432","upstream":"127.0.0.1:5432"},
                                  {"name":"web","listen":"127.0.0.1:15080","upstream":"web.example:80","enabled":false}])");
  CHECK(made.status == 201);
  const Json list = made.json()["proxies"];
  REQUIRE(list.size() == 2);
  CHECK(list[0]["toxics"].size() == 1);
  CHECK(list[1]["name"] == "web");
  CHECK(list[1]["enabled"] == false);
}

TEST_CASE("a list that is wrong anywhere changes nothing", "[service][toxiproxy]") {
  Desk desk;
  check_error(desk.ask("POST", "/populate", R"([{"name":"a","upstream":"a:1"},{"name":"b"}])"), 400,
              "missing required field: upstream at proxy 2");
  check_error(desk.ask("POST", "/populate", R"([{"name":"a","upstream":"a:1"},{"upstream":"b:1"}])"), 400,
              "missing required field: name at proxy 2");
  check_error(desk.ask("POST", "/populate", R"([{"name":"a","upstream":"a:1"},{"name":"a","upstream":"a:1"}])"), 400,
              "bad request body: two proxies are called 'a'");
  check_error(desk.ask("POST", "/populate", R"({"name":"a"})"), 400,
              "bad request body: expected a JSON list of proxies");
  CHECK(desk.proxies.all().empty());
}

TEST_CASE("reset enables every proxy and removes every toxic", "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  REQUIRE(desk.ask("POST", "/proxies/db/toxics", R"({"type":"latency"})").status == 200);
  REQUIRE(desk.ask("POST", "/proxies/db", R"({"enabled":false})").status == 200);
  const Heard reset = desk.ask("POST", "/reset");
  CHECK(reset.status == 204);
  CHECK(reset.body.empty());
  const Json proxy = desk.ask("GET", "/proxies/db").json();
  CHECK(proxy["enabled"] == true);
  CHECK(proxy["toxics"].empty());
}

TEST_CASE("the API says its version and counts bytes for Prometheus", "[service][toxiproxy]") {
  Desk desk;
  desk.make();
  CHECK(desk.ask("GET", "/version").json() == Json{{"version", std::string(kToxiproxyVersion)}});
  const Heard metrics = desk.ask("GET", "/metrics");
  CHECK(metrics.status == 200);
  CHECK_THAT(metrics.body, Contains("toxiproxy_proxy_received_bytes_total{direction=\"upstream\","
                                    "listener=\"127.0.0.1:15432\",proxy=\"db\",upstream=\"127.0.0.1:5432\"} 0\n"));
}

TEST_CASE("browsers are not let in", "[service][toxiproxy]") {
  Desk desk;
  const Heard page = desk.ask("GET", "/proxies", {}, "User-Agent: Mozilla/5.0 (X11)\r\n");
  CHECK(page.status == 403);
  CHECK(page.body == "User agent not allowed\n");
  CHECK(desk.ask("POST", "/reset", {}, "Origin: https://evil.example\r\n").status == 403);
  CHECK(desk.ask("GET", "/proxies", {}, "").status == 200);
}

TEST_CASE("paths that are nobody's and methods that do not fit are told apart", "[service][toxiproxy]") {
  Desk desk;
  desk.make("with space/slash");
  CHECK(desk.ask("GET", "/proxies/with%20space%2Fslash").json()["name"] == "with space/slash");
  CHECK(desk.ask("GET", "/nothing").status == 404);
  CHECK(desk.ask("GET", "/").status == 404);
  CHECK(desk.ask("GET", "/proxies/x/toxics/y/z").status == 404);
  CHECK(desk.ask("DELETE", "/proxies").status == 405);
  CHECK(desk.ask("GET", "/reset").status == 405);
  CHECK(desk.ask("PUT", "/proxies/with%20space%2Fslash").status == 405);
}

}  // namespace thresher::service
