#include "http/cookie_jar.h"

#include <catch2/catch.hpp>

using namespace thresher;
using namespace thresher::http;
using namespace std::chrono_literals;

namespace {

const WallTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

Url url(std::string_view text) {
  auto parsed = parse_url(text);
  REQUIRE(parsed);
  return *parsed;
}

/// The Cookie header for `to` after an answer from `from` set one cookie.
std::string sent(std::string_view from, std::string_view set_cookie, std::string_view to, Nanoseconds later = {}) {
  CookieJar jar;
  jar.store(url(from), set_cookie, kNow);
  return jar.header_for(url(to), kNow + later);
}

}  // namespace

TEST_CASE("a cookie goes back to the host it came from and to no other", "[http][cookies]") {
  CHECK(sent("http://a.example/", "id=1", "http://a.example/x") == "id=1");
  CHECK(sent("http://a.example/", "id=1", "http://b.example/").empty());
  CHECK(sent("http://a.example/", "id=1", "http://sub.a.example/").empty());
}

TEST_CASE("a Domain reaches the hosts below it", "[http][cookies]") {
  CHECK(sent("http://www.a.example/", "id=1; Domain=a.example", "http://api.a.example/") == "id=1");
  CHECK(sent("http://www.a.example/", "id=1; Domain=.A.Example", "http://a.example/") == "id=1");
  CHECK(sent("http://www.a.example/", "id=1; Domain=a.example", "http://nota.example/").empty());
  CHECK(sent("http://www.a.example/", "id=1; Domain=b.example", "http://b.example/").empty());
  CHECK(sent("http://www.a.example/", "id=1; Domain=example", "http://b.example/").empty());
  CHECK(sent("http://localhost/", "id=1; Domain=localhost", "http://localhost/") == "id=1");
  CHECK(sent("http://127.0.0.1/", "id=1; Domain=0.0.1", "http://127.0.0.1/").empty());
}

TEST_CASE("a Path limits where a cookie goes, and its default is the request's folder", "[http][cookies]") {
  CHECK(sent("http://h/", "id=1; Path=/a", "http://h/a") == "id=1");
  CHECK(sent("http://h/", "id=1; Path=/a", "http://h/a/b?c") == "id=1");
  CHECK(sent("http://h/", "id=1; Path=/a", "http://h/ab").empty());
  CHECK(sent("http://h/a/login", "id=1", "http://h/a/x") == "id=1");
  CHECK(sent("http://h/a/login", "id=1", "http://h/b").empty());
  CHECK(sent("http://h/a/login", "id=1; Path=bad", "http://h/b").empty());
}

TEST_CASE("a Secure cookie stays off plain connections", "[http][cookies]") {
  CHECK(sent("https://h/", "id=1; Secure", "https://h/") == "id=1");
  CHECK(sent("https://h/", "id=1; secure; HttpOnly; SameSite=Lax", "http://h/").empty());
}

TEST_CASE("a cookie ends with its Max-Age, which wins over Expires", "[http][cookies]") {
  CHECK(sent("http://h/", "id=1; Max-Age=60", "http://h/", 59s) == "id=1");
  CHECK(sent("http://h/", "id=1; Max-Age=60", "http://h/", 60s).empty());
  CHECK(sent("http://h/", "id=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://h/") == "id=1");
  CHECK(sent("http://h/", "id=1; Max-Age=0", "http://h/").empty());
  CHECK(sent("http://h/", "id=1; Max-Age=99999999999999999999", "http://h/", 24h) == "id=1");
  CHECK(sent("http://h/", "id=1; Max-Age=soon", "http://h/", 24h) == "id=1");
}

TEST_CASE("Expires is read in every spelling servers use", "[http][cookies]") {
  for (const char* date :
       {"Sun, 22 Nov 2026 00:00:00 GMT", "Sunday, 22-Nov-26 00:00:00 GMT", "Sun Nov 22 00:00:00 2026"}) {
    const std::string cookie = std::string("id=1; Expires=") + date;
    INFO(date);
    CHECK(sent("http://h/", cookie, "http://h/", 23h) == "id=1");
    CHECK(sent("http://h/", cookie, "http://h/", 24h).empty());
  }
  CHECK(sent("http://h/", "id=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "http://h/") == "id=1");
  CHECK(sent("http://h/", "id=1; Expires=Sun, 31 Feb 2020 00:00:00 GMT", "http://h/") == "id=1");
}

TEST_CASE("a cookie set again replaces the old one, and an expired one removes it", "[http][cookies]") {
  CookieJar jar;
  const Url home = url("http://h/");
  jar.store(home, "a=1", kNow);
  jar.store(home, "a=2", kNow);
  CHECK(jar.header_for(home, kNow) == "a=2");
  jar.store(home, "a=; Max-Age=0", kNow);
  CHECK(jar.empty());
}

TEST_CASE("cookies with longer paths come first, then older ones", "[http][cookies]") {
  CookieJar jar;
  const Url page = url("http://h/a/b/c");
  jar.store(page, "one=1; Path=/", kNow);
  jar.store(page, "two=2; Path=/a/b", kNow);
  jar.store(page, "three=3; Path=/", kNow);
  CHECK(jar.header_for(page, kNow) == "two=2; one=1; three=3");
}

TEST_CASE("a script's own cookie goes to its host on every path", "[http][cookies]") {
  CookieJar jar;
  jar.set(url("http://h/deep/page"), "token", "abc");
  CHECK(jar.header_for(url("http://h/other"), kNow) == "token=abc");
  jar.clear();
  CHECK(jar.empty());
}

TEST_CASE("text that is no cookie is ignored", "[http][cookies]") {
  CHECK(sent("http://h/", "no pair", "http://h/").empty());
  CHECK(sent("http://h/", "=x", "http://h/").empty());
  CHECK(sent("http://h/", "", "http://h/").empty());
  CHECK(sent("http://h/", "a=b;;;=;", "http://h/") == "a=b");
  CHECK(sent("http://h/", "big=" + std::string(CookieJar::kMaxCookieSize, 'x'), "http://h/").empty());
}

TEST_CASE("a full jar lets its oldest cookie go", "[http][cookies]") {
  CookieJar jar;
  const Url home = url("http://h/");
  for (std::size_t i = 0; i <= CookieJar::kMaxCookies; ++i) jar.store(home, "c" + std::to_string(i) + "=x", kNow);
  const std::string header = jar.header_for(home, kNow);
  CHECK(header.find("c0=") == std::string::npos);
  CHECK(header.find("c1=") == 0);
  CHECK(header.find("c300=") != std::string::npos);
}
