#include "service/query.h"

#include <catch2/catch.hpp>

using thresher::plugin::Parameter;
using thresher::service::Query;

namespace {

std::vector<Parameter> parameters_of(Query& query, std::string_view text) {
  query.read(text);
  return {query.parameters().begin(), query.parameters().end()};
}

}  // namespace

TEST_CASE("a query is its pairs, in order, decoded", "[service][query]") {
  Query query;
  CHECK(parameters_of(query, "scale=small&seed=7") == std::vector<Parameter>{{"scale", "small"}, {"seed", "7"}});
  CHECK(parameters_of(query, "a%20b=%C3%A9+%2B") == std::vector<Parameter>{{"a b", "\xC3\xA9 +"}});
  CHECK(parameters_of(query, "").empty());
}

TEST_CASE("half-written queries are read for what they say", "[service][query]") {
  Query query;
  CHECK(parameters_of(query, "&&seed&scale=&=x&") == std::vector<Parameter>{{"seed", ""}, {"scale", ""}, {"", "x"}});
  CHECK(parameters_of(query, "a=b=c") == std::vector<Parameter>{{"a", "b=c"}});
  CHECK(parameters_of(query, "a=100%&b=%4&c=%zz&d=%41%") ==
        std::vector<Parameter>{{"a", "100%"}, {"b", "%4"}, {"c", "%zz"}, {"d", "A%"}});
}

TEST_CASE("of a repeated parameter the last one counts", "[service][query]") {
  Query query;
  query.read("seed=1&seed=2");
  CHECK(query.find("seed") == "2");
  CHECK(!query.find("scale"));
}

TEST_CASE("views stay good while a long query is decoded", "[service][query]") {
  Query query;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "k%41=v%42&";
  for (const auto& [name, value] : parameters_of(query, text)) {
    REQUIRE(name == "kA");
    REQUIRE(value == "vB");
  }
}
