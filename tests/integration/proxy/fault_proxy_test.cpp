// `thresher fault-proxy` as a process of its own, over real sockets. Its proxies lead to its own API, which is an HTTP
// server like any.
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>

#include "integration/serve/raw_client.h"
#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using namespace thresher::support;
using thresher::test::exchange;
using thresher::test::RawClient;

namespace {

std::uint16_t port_after(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words) + words.size();
  return static_cast<std::uint16_t>(std::stoi(text.substr(text.find(':', at) + 1)));
}

int status_of(const std::string& answer) { return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0; }

/// The command on a free port.
class Faults {
 public:
  explicit Faults(std::vector<std::string> flags = {}) : process(command(std::move(flags))) {
    REQUIRE(process.wait_for("Ctrl-C ends it"));
    api = port_after(process.out(), "listens at http://");
  }
  std::string ask(const std::string& method, const std::string& path, const std::string& body = {}) const {
    return exchange(api, method, path, "Content-Type: application/json\r\n", body);
  }
  json document(const std::string& method, const std::string& path, const std::string& body = {}) const {
    const std::string answer = ask(method, path, body);
    return json::parse(answer.substr(answer.find("\r\n\r\n") + 4), nullptr, false);
  }
  /// A proxy of that name that leads to the API itself; the port it listens on.
  std::uint16_t make_proxy(const std::string& name) const {
    const json made = document(
        "POST", "/proxies",
        json{{"name", name}, {"listen", "127.0.0.1:0"}, {"upstream", "127.0.0.1:" + std::to_string(api)}}.dump());
    return port_after(made.at("listen").get<std::string>(), "127.0.0.1");
  }

  Subprocess process;
  std::uint16_t api = 0;

 private:
  static std::vector<std::string> command(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {thresher_binary(), "fault-proxy", "--listen", "127.0.0.1:0"});
    return flags;
  }
};

}  // namespace

TEST_CASE("fault-proxy passes what it is not told to spoil", "[integration][proxy]") {
  Faults faults;
  const std::uint16_t port = faults.make_proxy("self");
  const std::string answer = exchange(port, "GET", "/proxies/self");
  CHECK(status_of(answer) == 200);
  CHECK_THAT(answer, Contains("\"name\":\"self\""));
}

TEST_CASE("fault-proxy delays by no less than it was told", "[integration][proxy]") {
  Faults faults;
  const std::uint16_t port = faults.make_proxy("self");
  REQUIRE(status_of(faults.ask("POST", "/proxies/self/toxics",
                               R"({"type":"latency","stream":"upstream","attributes":{"latency":150}})")) == 200);
  REQUIRE(status_of(faults.ask("POST", "/proxies/self/toxics", R"({"type":"latency","attributes":{"latency":150}})")) ==
          200);
  const auto before = std::chrono::steady_clock::now();
  CHECK(status_of(exchange(port, "GET", "/version")) == 200);
  CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(300));
}

TEST_CASE("fault-proxy refuses while a proxy is disabled, and comes back at its port", "[integration][proxy]") {
  Faults faults;
  const std::uint16_t port = faults.make_proxy("self");
  REQUIRE(status_of(faults.ask("POST", "/proxies/self", R"({"enabled":false})")) == 200);
  CHECK_THROWS(RawClient(port));
  REQUIRE(status_of(faults.ask("PATCH", "/proxies/self", R"({"enabled":true})")) == 200);
  CHECK(status_of(exchange(port, "GET", "/version")) == 200);
}

TEST_CASE("fault-proxy cuts, resets and corrupts answers", "[integration][proxy]") {
  Faults faults;
  const std::uint16_t port = faults.make_proxy("self");
  const std::string whole = exchange(port, "GET", "/version");
  const auto with = [&](const std::string& toxic) {
    REQUIRE(status_of(faults.ask("POST", "/proxies/self/toxics", toxic)) == 200);
    RawClient client(port);
    client.send("GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const std::string heard = client.read_to_end();
    CHECK(client.at_end());
    REQUIRE(status_of(faults.ask("POST", "/reset")) == 204);
    return heard;
  };
  CHECK(with(R"({"type":"limit_data","attributes":{"bytes":10}})") == whole.substr(0, 10));
  CHECK(with(R"({"type":"reset_peer"})").empty());
  CHECK(with(R"({"type":"timeout","attributes":{"timeout":20}})").empty());
  const std::string corrupt = with(R"({"type":"corrupt","attributes":{"rate":1}})");
  REQUIRE(corrupt.size() == whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(corrupt[i] != whole[i]);
  CHECK(with(R"({"type":"slicer","attributes":{"average_size":1,"delay":10}})") == whole);
  CHECK(with(R"({"type":"bandwidth","attributes":{"rate":10}})") == whole);
}

TEST_CASE("a large body comes through a slow proxy whole", "[integration][proxy]") {
  Faults faults;
  const std::uint16_t port = faults.make_proxy("self");
  REQUIRE(status_of(faults.ask("POST", "/proxies/self/toxics",
                               R"({"type":"bandwidth","stream":"upstream","attributes":{"rate":4000}})")) == 200);
  const std::string name(std::size_t{3} << 20, 'n');
  const std::string answer = exchange(port, "POST", "/proxies", {}, json{{"name", name}, {"upstream", "a:1"}}.dump());
  CHECK(status_of(answer) == 201);
  CHECK_THAT(answer, Contains(name));
}

TEST_CASE("Ctrl-C ends fault-proxy with what went through it", "[integration][proxy]") {
  Faults faults;
  const std::uint16_t port = faults.make_proxy("self");
  REQUIRE(status_of(exchange(port, "GET", "/version")) == 200);
  RawClient idle(port);
  faults.process.send(SIGINT);
  const Finished ended = faults.process.finish();
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Contains("2 requests to the API") && Contains("self") && Contains("2 connections"));
  CHECK(ended.err.empty());
}

TEST_CASE("a configuration may bring proxies with their toxics", "[integration][proxy]") {
  const ScratchFolder folder;
  const std::string config = folder.write("toxiproxy.json", R"([
    {"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5432",
     "toxics": [{"type": "latency", "attributes": {"latency": 10}}]},
    {"name": "web", "listen": "127.0.0.1:0", "upstream": "web.example:80", "enabled": false}])");
  Faults faults({"--config", config, "--proxy", "more=127.0.0.1:0=127.0.0.1:9", "--seed", "7"});
  const json all = faults.document("GET", "/proxies");
  CHECK(all.size() == 3);
  CHECK(all["db"]["toxics"][0]["name"] == "latency_downstream");
  CHECK(all["web"]["enabled"] == false);
  CHECK_THAT(faults.process.out(), Contains("-> 127.0.0.1:5432, 1 toxic\n"));
}

TEST_CASE("what fault-proxy cannot do ends it with 104 and the way out", "[integration][proxy]") {
  const auto refused = [](std::vector<std::string> flags) {
    flags.insert(flags.begin(), "fault-proxy");
    const Finished ended = run_thresher(std::move(flags));
    CHECK(ended.exit_code == 104);
    CHECK(ended.out.empty());
    return ended.err;
  };
  CHECK_THAT(refused({"--listen", "nonsense"}), Contains("--listen: 'nonsense' is no ADDRESS:PORT"));
  CHECK_THAT(refused({"--proxy", "db"}), Contains("--proxy 'db': expected NAME=LISTEN=UPSTREAM"));
  CHECK_THAT(refused({"--listen", "127.0.0.1:0", "--proxy", "db=127.0.0.1:0=nowhere"}),
             Contains("--proxy 'db=127.0.0.1:0=nowhere': 'nowhere' is no HOST:PORT"));
  CHECK_THAT(refused({"--seed", "x"}), Contains("--seed 'x'"));
  const ScratchFolder folder;
  CHECK_THAT(refused({"--listen", "127.0.0.1:0", "--config", folder.path() + "/none.json"}), Contains("none.json"));
  const std::string wrong =
      folder.write("wrong.json", R"([{"name":"db","upstream":"db:1","toxics":[{"type":"lag"}]}])");
  CHECK_THAT(refused({"--listen", "127.0.0.1:0", "--config", wrong}),
             Contains(wrong + ": invalid toxic type: 'lag'; there are latency"));
  const Faults other;
  CHECK_THAT(refused({"--listen", "127.0.0.1:" + std::to_string(other.api)}),
             Contains("address already in use") && Contains("choose another with --listen"));
}
