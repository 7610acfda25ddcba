#include "proxy/endpoint.h"

#include <catch2/catch.hpp>

namespace thresher::proxy {

TEST_CASE("an endpoint is a host and a port", "[proxy]") {
  CHECK(parse_endpoint("db.example:5432")->host == "db.example");
  CHECK(parse_endpoint("db.example:5432")->port == 5432);
  CHECK(parse_endpoint("[::1]:80")->host == "::1");
  for (const char* wrong : {"", "db", "db:", "db:0", "db:x", "db:70000", ":80", "::1:80", "http://db:80", "db:80/x"})
    CHECK(parse_endpoint(wrong).error().message ==
          "'" + std::string(wrong) + "' is no HOST:PORT, such as 127.0.0.1:8007 or db.example:5432");
}

TEST_CASE("an address to listen on may leave the port or the host to the system", "[proxy]") {
  CHECK(parse_listen("127.0.0.1:9007")->text() == "127.0.0.1:9007");
  CHECK(parse_listen("localhost:9007")->text() == "127.0.0.1:9007");
  CHECK(parse_listen(":9007")->text() == "[::]:9007");
  CHECK(parse_listen("")->text() == "127.0.0.1:0");
  CHECK(parse_listen("nonsense").error().message ==
        "'nonsense' is no ADDRESS:PORT to listen on, such as 127.0.0.1:9007 or 127.0.0.1:0");
}

}  // namespace thresher::proxy
