#include "http/headers.h"

#include <catch2/catch.hpp>

using namespace thresher::http;

TEST_CASE("a header is found whatever its case, and trimmed", "[http]") {
  const std::string_view head = "HTTP/1.1 200 OK\r\nContent-Type: \t text/html \r\nX-Empty:\r\nX-A: 1\r\nx-a: 2\r\n";
  CHECK(find_header(head, "content-type").value == "text/html");
  CHECK(find_header(head, "X-EMPTY").present);
  CHECK(find_header(head, "X-EMPTY").value.empty());
  CHECK(find_header(head, "X-A").value == "1");
  CHECK_FALSE(find_header(head, "X").present);
  CHECK_FALSE(find_header(head, "HTTP/1.1 200 OK").present);
}

TEST_CASE("a reader walks every header line in order", "[http]") {
  HeaderReader reader("HTTP/1.1 200 OK\r\nA: 1\r\nB: x:y\r\nA: 2\r\n\r\n");
  std::string seen;
  std::string_view name;
  std::string_view value;
  while (reader.next(name, value)) seen.append(name).append("=").append(value).append(";");
  CHECK(seen == "A=1;B=x:y;A=2;");
}

TEST_CASE("a head without headers has none", "[http]") {
  for (const std::string_view head : {"", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n"}) {
    HeaderReader reader(head);
    std::string_view name;
    std::string_view value;
    CHECK_FALSE(reader.next(name, value));
  }
}

TEST_CASE("names compare without case in ASCII only", "[http]") {
  CHECK(equals_ignoring_case("ETag", "etag"));
  CHECK_FALSE(equals_ignoring_case("etag", "etags"));
  CHECK_FALSE(equals_ignoring_case("a@", "a`"));
}
