#include "service/access.h"

#include <catch2/catch.hpp>

#include "http/headers.h"
#include "service_world.h"

using namespace thresher;
using namespace thresher::test;
using Catch::Matchers::Contains;
using service::Access;

namespace {

int status_of(const Access& access, const std::string& method, const std::string& headers,
              const std::string& version = "HTTP/1.1") {
  const std::string head = method + " / " + version + "\r\n" + headers;
  http::ServerRequest request;
  request.method = method;
  request.head = head;
  const auto refusal = access.judge(request);
  return refusal ? refusal->status : 200;
}

Access on_loopback(std::string token = "") {
  return Access::create(event::Address::loopback(5000), std::move(token)).value();
}
Access on_network(std::string token) {
  return Access::create(*event::Address::parse("0.0.0.0", 5000), std::move(token)).value();
}

}  // namespace

TEST_CASE("an address that others reach needs a token", "[service][access]") {
  for (const char* host : {"0.0.0.0", "::", "192.168.1.7", "10.0.0.1", "2001:db8::1"}) {
    const auto access = Access::create(*event::Address::parse(host, 5000), "");
    REQUIRE(!access);
    CHECK_THAT(access.error().message, Contains(host) && Contains("THRESHER_TOKEN") && Contains("127.0.0.1"));
    CHECK(Access::create(*event::Address::parse(host, 5000), "secret"));
  }
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    CHECK(Access::create(*event::Address::parse(host, 5000), ""));
  CHECK(!Access::create(event::Address::loopback(1), "two words"));
  CHECK(!Access::create(event::Address::loopback(1), "caf\xC3\xA9"));
}

TEST_CASE("the token is demanded wherever it is set", "[service][access]") {
  for (const Access& access : {on_loopback("s3cret"), on_network("s3cret")}) {
    const auto with = [&](const std::string& line) { return status_of(access, "GET", "Host: localhost\r\n" + line); };
    CHECK(with("Authorization: Bearer s3cret\r\n") == 200);
    CHECK(with("authorization: bearer s3cret\r\n") == 200);
    CHECK(with("") == 401);
    CHECK(with("Authorization: Bearer s3creT\r\n") == 401);
    CHECK(with("Authorization: Bearer s3cre\r\n") == 401);
    CHECK(with("Authorization: Bearer s3crets\r\n") == 401);
    CHECK(with("Authorization: Bearer \r\n") == 401);
    CHECK(with("Authorization: Basic s3cret\r\n") == 401);
    CHECK(with("Authorization: s3cret\r\n") == 401);
  }
}

TEST_CASE("on loopback only names of this machine are served, so that a rebound name is not", "[service][access]") {
  const Access access = on_loopback();
  for (const char* host :
       {"localhost", "LOCALHOST:5000", "127.0.0.1:5000", "127.3.2.1", "[::1]:5000", "a.localhost:5000"})
    CHECK(status_of(access, "GET", fmt::format("Host: {}\r\n", host)) == 200);
  for (const char* host : {"evil.test", "evil.test:5000", "localhost.evil.test", "127.0.0.1.evil.test", ".localhost",
                           "192.168.1.7:5000", "", "[::2]", "[::1"})
    CHECK(status_of(access, "GET", fmt::format("Host: {}\r\n", host)) == 421);
  CHECK(status_of(on_network("t"), "GET", "Host: farm.example\r\nAuthorization: Bearer t\r\n") == 200);
}

TEST_CASE("a request has one Host", "[service][access]") {
  const Access access = on_loopback();
  CHECK(status_of(access, "GET", "") == 400);
  CHECK(status_of(access, "GET", "Host: localhost\r\nHost: evil.test\r\n") == 400);
  CHECK(status_of(access, "GET", "", "HTTP/1.0") == 200);
  CHECK(status_of(access, "GET", "Host: evil.test\r\n", "HTTP/1.0") == 421);
}

TEST_CASE("a page of another site may read nothing and start nothing", "[service][access]") {
  const Access access = on_loopback();
  for (const char* method : {"POST", "DELETE", "PUT"}) {
    const auto from = [&](const std::string& line) {
      return status_of(access, method, "Host: localhost:5000\r\n" + line);
    };
    CHECK(from("") == 200);  // no browser
    CHECK(from("Origin: http://localhost:5000\r\n") == 200);
    CHECK(from("Origin: http://evil.test\r\n") == 403);
    CHECK(from("Origin: http://localhost:3000\r\n") == 403);
    CHECK(from("Origin: null\r\n") == 403);
    CHECK(from("Origin:\r\n") == 403);
    CHECK(from("Sec-Fetch-Site: cross-site\r\n") == 403);
    CHECK(from("Sec-Fetch-Site: same-site\r\n") == 403);
    CHECK(from("Sec-Fetch-Site: same-origin\r\nOrigin: http://localhost:5000\r\n") == 200);
  }
  CHECK(status_of(access, "GET", "Host: localhost:5000\r\nOrigin: http://evil.test\r\n") == 200);
  ServiceWorld world;
  const Heard read = world.ask("GET", "/health", "", "Origin: http://evil.test\r\n");
  CHECK(!http::find_header(read.head, "Access-Control-Allow-Origin").present);
}

TEST_CASE("refusals reach the client as JSON with the way out", "[service][access]") {
  auto options = ServiceWorld::default_options();
  options.token = "s3cret";
  ServiceWorld world(std::move(options));
  const Heard without = world.get("/health");
  CHECK(without.status == 401);
  CHECK(http::find_header(without.head, "WWW-Authenticate").value == "Bearer realm=\"thresher\"");
  CHECK_THAT(without.detail(), Contains("THRESHER_TOKEN"));
  CHECK(world.ask("GET", "/health", "", "Authorization: Bearer s3cret\r\n").status == 200);
  CHECK(world.talk("GET /health HTTP/1.1\r\nHost: evil.test\r\n\r\n").status == 421);
}
