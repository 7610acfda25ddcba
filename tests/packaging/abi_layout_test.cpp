// The binary layout of the plugin ABI, frozen: what was compiled against 1.0 keeps loading.
#include "packaging/abi_layout.h"

#include <catch2/catch.hpp>
#include <map>
#include <string_view>
#include <vector>

#include "plugin/registry.h"
#include "thresher/plugin.h"

namespace {

std::vector<layout_row> layout_in_cpp() {
#define STRUCTURE(structure, size) {#structure, "", size, sizeof(structure)},
#define MEMBER(structure, member, offset) {#structure, #member, offset, offsetof(structure, member)},
  return {
#include "packaging/abi-1.0/member_list.inc"
#include "packaging/abi-1.1/member_list.inc"
#include "packaging/abi-1.2/member_list.inc"
  };
}

}  // namespace

TEST_CASE("every member of ABI 1.0, 1.1 and 1.2 is where it was, and no structure has shrunk", "[packaging]") {
  for (const layout_row& row : layout_in_cpp()) {
    CAPTURE(row.structure, row.member);
    if (*row.member)
      CHECK(row.found == row.listed);
    else
      CHECK(row.found >= row.listed);
  }
}

TEST_CASE("the lists name every structure of the ABI in the size it has today", "[packaging]") {
  // A minor version that appends members lists them in a folder of its own, and then the last listed size is today's.
  std::map<std::string_view, std::size_t> last;
  for (const layout_row& row : layout_in_cpp())
    if (!*row.member) last[row.structure] = row.listed;
  for (const layout_row& row : layout_in_cpp()) {
    CAPTURE(row.structure);
    if (!*row.member) CHECK(last[row.structure] == row.found);
  }
  CHECK(last.size() == 16);
}

TEST_CASE("thresher_text, which is passed by value and held in arrays, never grows", "[packaging]") {
  CHECK(sizeof(thresher_text) == 16);
}

TEST_CASE("C and C++ lay the structures out alike", "[packaging]") {
  std::size_t count = 0;
  const layout_row* in_c = layout_in_c(&count);
  const std::vector<layout_row> in_cpp = layout_in_cpp();
  REQUIRE(count == in_cpp.size());
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(in_c[i].structure, in_c[i].member);
    CHECK(std::string_view(in_c[i].member) == in_cpp[i].member);
    CHECK(in_c[i].found == in_cpp[i].found);
  }
}

TEST_CASE("a plugin compiled against the oldest supported header loads and answers", "[packaging]") {
  thresher::plugin::Registry registry;
  const auto loaded = registry.load(OLDEST_PLUGIN);
  if (!loaded) FAIL(loaded.error().message);
  CHECK(registry.plugins()[0].abi_minor == 0);
  const auto target = registry.target("sample-c").value()->create(R"({"status":203})", 0);
  REQUIRE(target);
  const auto answer = (*target)->handle({.port = 8080,
                                         .number = 0,
                                         .connection = 1,
                                         .now = {},
                                         .wall = {},
                                         .method = "GET",
                                         .path = "/old",
                                         .query = {},
                                         .headers = {},
                                         .body = {}});
  CHECK(answer.status == 203);
  CHECK(answer.body == "/old");
}
