#include "http/url.h"

#include <catch2/catch.hpp>

using namespace thresher::http;

namespace {

Url url(std::string_view text) {
  auto parsed = parse_url(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

std::string problem(std::string_view text) {
  auto parsed = parse_url(text);
  INFO(text);
  REQUIRE(!parsed);
  return parsed.error().message;
}

std::string resolved(std::string_view base, std::string_view reference) {
  auto result = resolve_url(url(base), reference);
  INFO(reference);
  REQUIRE(result);
  return result->text();
}

}  // namespace

TEST_CASE("a URL is split into origin and target", "[http]") {
  const Url parsed = url("HTTP://Example.COM:8080/a/b?c=d#part");
  CHECK_FALSE(parsed.origin.secure);
  CHECK(parsed.origin.host == "example.com");
  CHECK(parsed.origin.port == 8080);
  CHECK(parsed.target == "/a/b?c=d");
  CHECK(parsed.text() == "http://example.com:8080/a/b?c=d");
}

TEST_CASE("a URL without a path or port has the scheme's own", "[http]") {
  CHECK(url("http://h").target == "/");
  CHECK(url("http://h").origin.port == 80);
  CHECK(url("https://h").origin.port == 443);
  CHECK(url("https://h:443").origin.host_header() == "h");
  CHECK(url("https://h:80").origin.host_header() == "h:80");
  CHECK(url("http://h:/x").origin.port == 80);
  CHECK(url("http://h?q=1").target == "/?q=1");
  CHECK(url("http://h#f").target == "/");
}

TEST_CASE("an IPv6 host loses its brackets and gets them back in the Host header", "[http]") {
  const Url parsed = url("https://[::1]:8443/x");
  CHECK(parsed.origin.host == "::1");
  CHECK(parsed.origin.port == 8443);
  CHECK(parsed.origin.host_header() == "[::1]:8443");
  CHECK(parsed.origin.text() == "https://[::1]:8443");
  CHECK(url("http://[::1]/").origin.port == 80);
}

TEST_CASE("user and password are kept apart from the origin", "[http]") {
  const Url parsed = url("http://me:p%40ss@h/x");
  CHECK(parsed.userinfo == "me:p%40ss");
  CHECK(parsed.origin.host == "h");
  CHECK(url("http://a@b@h/").userinfo == "a@b");
}

TEST_CASE("spaces and bytes beyond ASCII are encoded in a target, percent signs are not", "[http]") {
  CHECK(url("http://h/a b").target == "/a%20b");
  CHECK(url("http://h/\xc3\xbc?x={1}").target == "/%C3%BC?x=%7B1%7D");
  CHECK(url("http://h/100%25").target == "/100%25");
  CHECK(url("http://h/a\r\nInjected: 1").target == "/a%0D%0AInjected:%201");
}

TEST_CASE("a URL that is none says what is wrong with it", "[http]") {
  CHECK(problem("/path") == "url '/path': no scheme (write http://... or https://...)");
  CHECK(problem("") == "url '': no scheme (write http://... or https://...)");
  CHECK(problem("localhost:80/x") == "url 'localhost:80/x': scheme 'localhost' is neither http nor https");
  CHECK(problem("ftp://h/") == "url 'ftp://h/': scheme 'ftp' is neither http nor https");
  CHECK(problem("http:/h") == "url 'http:/h': no '//' after the scheme");
  CHECK(problem("http:///x") == "url 'http:///x': no host");
  CHECK(problem("http://:80/") == "url 'http://:80/': no host");
  CHECK(problem("http://h:99999/") == "url 'http://h:99999/': port '99999' is not a number from 1 to 65535");
  CHECK(problem("http://h:0/") == "url 'http://h:0/': port '0' is not a number from 1 to 65535");
  CHECK(problem("http://h:8x/") == "url 'http://h:8x/': port '8x' is not a number from 1 to 65535");
  CHECK(problem("http://a b/") == "url 'http://a b/': host 'a b' has a ' '");
  CHECK(problem("http://[::1/") == "url 'http://[::1/': '[' without ']'");
  CHECK(problem("http://[zz]/") == "url 'http://[zz]/': 'zz' is not an IPv6 address");
  CHECK(problem("http://[127.0.0.1]/") == "url 'http://[127.0.0.1]/': '127.0.0.1' is not an IPv6 address");
  CHECK(problem("http://b\xc3\xbc"
                "cher/")
            .find("is not ASCII") != std::string::npos);
}

TEST_CASE("a reference resolves as RFC 3986 section 5.4 lists", "[http]") {
  const std::string base = "http://a/b/c/d;p?q";
  CHECK(resolved(base, "g") == "http://a/b/c/g");
  CHECK(resolved(base, "./g") == "http://a/b/c/g");
  CHECK(resolved(base, "g/") == "http://a/b/c/g/");
  CHECK(resolved(base, "/g") == "http://a/g");
  CHECK(resolved(base, "//g") == "http://g/");
  CHECK(resolved(base, "?y") == "http://a/b/c/d;p?y");
  CHECK(resolved(base, "g?y") == "http://a/b/c/g?y");
  CHECK(resolved(base, "#s") == "http://a/b/c/d;p?q");
  CHECK(resolved(base, "g#s") == "http://a/b/c/g");
  CHECK(resolved(base, ";x") == "http://a/b/c/;x");
  CHECK(resolved(base, "") == "http://a/b/c/d;p?q");
  CHECK(resolved(base, ".") == "http://a/b/c/");
  CHECK(resolved(base, "./") == "http://a/b/c/");
  CHECK(resolved(base, "..") == "http://a/b/");
  CHECK(resolved(base, "../g") == "http://a/b/g");
  CHECK(resolved(base, "../..") == "http://a/");
  CHECK(resolved(base, "../../g") == "http://a/g");
  CHECK(resolved(base, "../../../../g") == "http://a/g");
  CHECK(resolved(base, "/./g") == "http://a/g");
  CHECK(resolved(base, "/../g") == "http://a/g");
  CHECK(resolved(base, "g.") == "http://a/b/c/g.");
  CHECK(resolved(base, "..g") == "http://a/b/c/..g");
  CHECK(resolved(base, "./../g") == "http://a/b/g");
  CHECK(resolved(base, "g/../h") == "http://a/b/c/h");
  CHECK(resolved(base, "g;x=1/../y") == "http://a/b/c/y");
  CHECK(resolved(base, "g?y/../x") == "http://a/b/c/g?y/../x");
  CHECK(resolved(base, "https://other:8443/x/../y") == "https://other:8443/y");
}

TEST_CASE("a reference to another scheme is refused", "[http]") {
  CHECK_FALSE(resolve_url(url("http://a/"), "mailto:me@example.com"));
  CHECK_FALSE(resolve_url(url("http://a/"), "//"));
}

TEST_CASE("a component is percent-encoded and comes back", "[http]") {
  CHECK(percent_encode("a b&c=d/\xc3\xbc~") == "a%20b%26c%3Dd%2F%C3%BC~");
  CHECK(percent_decode("a%20b%26%c3%BC") == "a b&\xc3\xbc");
  CHECK(percent_decode("100%, %4, %zz, %41") == "100%, %4, %zz, A");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(percent_decode(percent_encode(all)) == all);
}

TEST_CASE("numeric and UUID segments of a path fold to {id}", "[http]") {
  CHECK(fold_path("/users/42/orders/7?x=1") == "/users/{id}/orders/{id}");
  CHECK(fold_path("/v1/8f14e45f-ceea-467f-a0f7-3b1a2c4d5e6f") == "/v1/{id}");
  CHECK(fold_path("/v1/8f14e45fXceea-467f-a0f7-3b1a2c4d5e6f") == "/v1/8f14e45fXceea-467f-a0f7-3b1a2c4d5e6f");
  CHECK(fold_path("/") == "/");
  CHECK(fold_path("/42/") == "/{id}/");
  CHECK(fold_path("/4a/b2") == "/4a/b2");
}
