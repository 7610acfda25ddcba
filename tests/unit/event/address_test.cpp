#include "event/address.h"

#include <catch2/catch.hpp>

using thresher::event::Address;

TEST_CASE("an address reads IPv4 and IPv6 literals and writes them back", "[event]") {
  CHECK(Address::parse("127.0.0.1", 80)->text() == "127.0.0.1:80");
  CHECK(Address::parse("::1", 8007)->text() == "[::1]:8007");
  CHECK(Address::parse("[2001:db8::7]", 443)->host() == "2001:db8::7");
  CHECK(Address::parse("127.0.0.1", 80) == Address::loopback(80));
}

TEST_CASE("a host name is not an address", "[event]") {
  for (const char* name :
       {"localhost", "", "127.0.0.1.example", "[127.0.0.1]", "256.0.0.1", "[", "[]", "fe80::1%eth0"}) {
    CAPTURE(name);
    CHECK_FALSE(Address::parse(name, 80).has_value());
  }
  CHECK_FALSE(Address::parse(std::string_view("127.0.0.1\0x", 11), 80).has_value());
}

TEST_CASE("only 0.0.0.0 and :: stand for every address of the machine", "[event]") {
  CHECK(Address::parse("0.0.0.0", 80)->is_wildcard());
  CHECK(Address::parse("::", 80)->is_wildcard());
  CHECK_FALSE(Address::loopback(80).is_wildcard());
}
