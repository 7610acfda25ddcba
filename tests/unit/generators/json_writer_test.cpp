#include "json_writer.h"

#include <catch2/catch.hpp>
#include <limits>

#include "timestamp.h"

using farm::JsonWriter;

namespace {

std::string repr(double value) {
  std::string out;
  farm::append_python_float(value, out);
  return out;
}

}  // namespace

TEST_CASE("floats print as Python's repr prints them", "[generators]") {
  CHECK(repr(0.0) == "0.0");
  CHECK(repr(-0.0) == "-0.0");
  CHECK(repr(1) == "1.0");
  CHECK(repr(0.1) == "0.1");
  CHECK(repr(10000) == "10000.0");
  CHECK(repr(0.0001) == "0.0001");
  CHECK(repr(0.00001) == "1e-05");
  CHECK(repr(0.000001) == "1e-06");
  CHECK(repr(1.5e-7) == "1.5e-07");
  CHECK(repr(0.000123) == "0.000123");
  CHECK(repr(1e15) == "1000000000000000.0");
  CHECK(repr(1e16) == "1e+16");
  CHECK(repr(1.25e22) == "1.25e+22");
  CHECK(repr(123456789012345680.0) == "1.2345678901234568e+17");
  CHECK(repr(0.41661987254534116) == "0.41661987254534116");
  CHECK(repr(2.0 / 3) == "0.6666666666666666");
  CHECK(repr(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(repr(std::numeric_limits<double>::denorm_min()) == "5e-324");
}

TEST_CASE("members and elements are separated, and nothing else is", "[generators]") {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.begin_array("empty");
  json.end_array();
  json.member("yes", true);
  json.member("count", std::size_t{3});
  json.member("rate", 1.0);
  json.begin_array("mixed");
  json.text("a");
  json.null();
  json.begin_object();
  json.end_object();
  json.integer(-5);
  json.end_array();
  json.member_raw("raw", "[1,2]");
  json.end_object();
  CHECK(out == R"({"empty":[],"yes":true,"count":3,"rate":1.0,"mixed":["a",null,{},-5],"raw":[1,2]})");
}

TEST_CASE("texts that are not ours are escaped", "[generators]") {
  std::string out;
  JsonWriter(out).escaped("a \"quote\"\\\n\t\x01 é");
  CHECK(out == "\"a \\\"quote\\\"\\\\\\n\\u0009\\u0001 é\"");
}

TEST_CASE("moments are written without a clock or a locale", "[generators]") {
  CHECK(farm::timestamp(0) == "1970-01-01T00:00:00");
  CHECK(farm::timestamp(1767225600) == "2026-01-01T00:00:00");
  CHECK(farm::timestamp(1709210096) == "2024-02-29T12:34:56");
  CHECK(farm::timestamp(-1) == "1969-12-31T23:59:59");
  CHECK(farm::timestamp(253402300799) == "9999-12-31T23:59:59");
}
