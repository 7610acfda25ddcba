// What a plugin declares is checked when it is loaded; here the tables are made in the test.
#include <catch2/catch.hpp>
#include <vector>

#include "plugin/option_schema.h"
#include "plugin/target_adaptor.h"

using namespace thresher;

namespace {

constexpr thresher_endpoint endpoint(std::uint16_t port, thresher_text name) {
  return {sizeof(thresher_endpoint), port, 0, name};
}

/// A sound target; each test spoils one thing.
struct Declared {
  std::vector<thresher_endpoint> endpoints{endpoint(80, THRESHER_TEXT("main")), endpoint(81, THRESHER_TEXT("side"))};
  std::vector<thresher_option> options;
  thresher_target table{};

  Declared() {
    table.struct_size = sizeof table;
    table.name = THRESHER_TEXT("thing");
    table.create = [](const thresher_host*, const thresher_config*, std::uint64_t) -> void* { return nullptr; };
    table.handle = [](void*, const thresher_request*, thresher_respond, thresher_exchange*) {};
    table.destroy = [](void*) {};
  }

  void option(std::int32_t type, thresher_text name, thresher_text default_value = {}, thresher_text choices = {}) {
    options.push_back({sizeof(thresher_option), type, 0, 0, name, {}, default_value, choices, 0, 0});
  }

  std::string problem() {
    table.endpoints = endpoints.data();
    table.endpoint_count = endpoints.size();
    table.options = options.data();
    table.option_count = options.size();
    const auto adapted = plugin::adapt_target({}, &table);
    return adapted ? "" : adapted.error().message;
  }
};

}  // namespace

TEST_CASE("a sound declaration is accepted", "[plugin]") {
  Declared declared;
  declared.option(THRESHER_OPTION_NUMBER, THRESHER_TEXT("rate"), THRESHER_TEXT("1e3"));
  CHECK(declared.problem() == "");
}

TEST_CASE("a target without its functions or endpoints is refused", "[plugin]") {
  CHECK(plugin::adapt_target({}, nullptr).error().message == "has a NULL in its table of targets");
  Declared declared;
  declared.table.handle = nullptr;
  CHECK(declared.problem() == "target thing lacks create, handle or destroy");
  Declared nowhere;
  nowhere.endpoints.clear();
  CHECK(nowhere.problem() == "target thing declares no endpoint");
  Declared nameless;
  nameless.table.name = THRESHER_TEXT("A Thing");
  CHECK(nameless.problem() == "calls a target \"A Thing\"; names are lower case letters, digits, '_' and '-'");
}

TEST_CASE("structures smaller than ABI 1.0's are refused with both sizes", "[plugin]") {
  Declared target;
  target.table.struct_size = 24;
  CHECK(target.problem() == "has a thresher_target of 24 bytes; ABI 1.0 has 96");
  Declared place;
  place.endpoints[0].struct_size = 8;
  CHECK(place.problem() == "target thing has a thresher_endpoint of 8 bytes; ABI 1.0 has 24");
  Declared choice;
  choice.option(THRESHER_OPTION_TEXT, THRESHER_TEXT("word"));
  choice.options[0].struct_size = 8;
  CHECK(choice.problem() == "target thing has a thresher_option of 8 bytes; ABI 1.0 has 96");
}

TEST_CASE("an array of larger elements is stepped through by their size", "[plugin]") {
  struct LaterEndpoint {
    thresher_endpoint known;
    const void* appended;
  };
  const LaterEndpoint places[] = {{{sizeof(LaterEndpoint), 80, 0, THRESHER_TEXT("main")}, nullptr},
                                  {{sizeof(LaterEndpoint), 81, 0, THRESHER_TEXT("side")}, nullptr}};
  Declared declared;
  declared.table.endpoints = &places[0].known;
  declared.table.endpoint_count = 2;
  const auto adapted = plugin::adapt_target({}, &declared.table);
  REQUIRE(adapted);
  CHECK((*adapted)->endpoints()[1].name == "side");
  CHECK((*adapted)->endpoints()[1].port == 81);
}

TEST_CASE("endpoints need a name and a port of their own", "[plugin]") {
  Declared twice;
  twice.endpoints[1].port = 80;
  CHECK(twice.problem() == "target thing declares port 80 for both main and side");
  Declared none;
  none.endpoints[1].port = 0;
  CHECK(none.problem() == "target thing declares the endpoint side without a port");
  Declared unnamed;
  unnamed.endpoints[1].name = {};
  CHECK(unnamed.problem() == "target thing declares an endpoint with the name \"\"");
  Declared mixed;
  mixed.endpoints[1].struct_size = 32;
  CHECK(mixed.problem() == "target thing has endpoints of different struct_size, from number 2 on");
}

TEST_CASE("options need a name, a known type and a default they accept", "[plugin]") {
  Declared twice;
  twice.option(THRESHER_OPTION_TEXT, THRESHER_TEXT("word"));
  twice.option(THRESHER_OPTION_TEXT, THRESHER_TEXT("word"));
  CHECK(twice.problem() == "target thing declares the option \"word\" twice");
  Declared odd;
  odd.option(9, THRESHER_TEXT("word"));
  CHECK(odd.problem() == "target thing declares the option \"word\" with the unknown type 9");
  Declared spelled;
  spelled.option(THRESHER_OPTION_TEXT, THRESHER_TEXT("Word"));
  CHECK(spelled.problem() ==
        "target thing declares an option with the name \"Word\"; names are lower case letters, digits and '_'");
  Declared number;
  number.option(THRESHER_OPTION_NUMBER, THRESHER_TEXT("rate"), THRESHER_TEXT("often"));
  CHECK(number.problem() ==
        "target thing declares a default for the option \"rate\" that must be a number, not \"often\"");
  Declared choice;
  choice.option(THRESHER_OPTION_TEXT, THRESHER_TEXT("size"), THRESHER_TEXT("huge"), THRESHER_TEXT("small|large"));
  CHECK(choice.problem() ==
        "target thing declares a default for the option \"size\" that must be one of small, large, not \"huge\"");
}
