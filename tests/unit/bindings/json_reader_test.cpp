#include "bindings/json_reader.h"

#include <catch2/catch.hpp>
#include <lua.hpp>
#include <map>

using namespace thresher;
using bindings::JsonReader;

namespace {

/// What a script would print of the value at a path.
class Reading {
 public:
  Reading() : state_(luaL_newstate()) { luaL_openlibs(state_); }
  ~Reading() { lua_close(state_); }

  std::string operator()(const std::string& text, const std::string& path, std::uint64_t document = 0) {
    lua_settop(state_, 0);
    // What lies behind the text must not matter. A named document stays where it is, as a response's body does.
    std::string& padded = texts_[document];
    if (document == 0 || padded.empty()) padded = text + std::string(JsonReader::kPadding, '{');
    const int values = reader_.push(state_, {padded.data(), text.size()}, path, document);
    if (values == 2) return std::string("problem: ") + lua_tostring(state_, -1);
    REQUIRE(lua_gettop(state_) == 1);
    luaL_loadstring(state_, R"(
      local function show(v)
        if type(v) == 'string' then return '"' .. v .. '"' end
        if type(v) ~= 'table' then return tostring(v) end
        local keys, parts = {}, {}
        for k in pairs(v) do keys[#keys + 1] = k end
        table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
        for _, k in ipairs(keys) do parts[#parts + 1] = tostring(k) .. '=' .. show(v[k]) end
        return '{' .. table.concat(parts, ',') .. '}'
      end
      return show(...))");
    lua_insert(state_, 1);
    lua_call(state_, 1, 1);
    return lua_tostring(state_, -1);
  }

 private:
  std::map<std::uint64_t, std::string> texts_;  ///< by document
  JsonReader reader_;
  lua_State* state_;
};

constexpr const char* kText =
    R"({"a": {"b": [10, {"c": "deep"}, null], "odd.key": true, "n": -1.5e3}, "s": "\u00e9\n", "z": null, "big": 12345678901})";

}  // namespace

TEST_CASE("a path reads one value without the rest", "[unit][bindings]") {
  Reading read;
  CHECK(read(kText, "a.b[1].c") == "\"deep\"");
  CHECK(read(kText, "a.b[0]") == "10");
  CHECK(read(kText, "a[\"odd.key\"]") == "true");
  CHECK(read(kText, "a.n") == "-1500");
  CHECK(read(kText, "s") == "\"\xc3\xa9\n\"");
  CHECK(read(kText, "big") == "12345678901");
  CHECK(read("[[1,2],[3]]", "[1][0]") == "3");
  CHECK(read("[{\"x\":7}]", "[0].x") == "7");
}

TEST_CASE("what is not there, and null, is nil", "[unit][bindings]") {
  Reading read;
  CHECK(read(kText, "a.missing") == "nil");
  CHECK(read(kText, "a.b[9]") == "nil");
  CHECK(read(kText, "a.b.c") == "nil");
  CHECK(read(kText, "s.t") == "nil");
  CHECK(read(kText, "z") == "nil");
  CHECK(read("7", "a") == "nil");
}

TEST_CASE("a path to an object or array gives a table", "[unit][bindings]") {
  Reading read;
  CHECK(read(kText, "a.b[1]") == "{c=\"deep\"}");
  CHECK(read("{\"list\":[1,2,{\"x\":false}]}", "list") == "{1=1,2=2,3={x=false}}");
}

TEST_CASE("no path gives the whole document", "[unit][bindings]") {
  Reading read;
  CHECK(read("{\"a\":[1,\"two\"]}", "") == "{a={1=1,2=\"two\"}}");
  CHECK(read("[]", "") == "{}");
  CHECK(read("\"text\"", "") == "\"text\"");
  CHECK(read("3.25", "") == "3.25");
  CHECK(read("null", "") == "nil");
  CHECK(read("{\"a\":null}", "") == "{a=userdata: NULL}");
}

TEST_CASE("one document can be read again and again, and after another", "[unit][bindings]") {
  Reading read;
  for (int i = 0; i < 3; ++i) {
    CHECK(read(kText, "s", 1) == "\"\xc3\xa9\n\"");
    CHECK(read(kText, "a.b[1].c", 1) == "\"deep\"");
    CHECK(read(kText, "a.nothing", 1) == "nil");
    CHECK(read("{\"s\":2}", "s", 2) == "2");
  }
}

TEST_CASE("text that is no JSON, and a path that is no path, say so", "[unit][bindings]") {
  Reading read;
  CHECK(read("<html>", "").substr(0, 8) == "problem:");
  CHECK(read("{\"a\": ", "a").substr(0, 8) == "problem:");
  CHECK(read("{\"a\": \"unended", "a").substr(0, 8) == "problem:");
  CHECK(read("{\"a\": 1}", "a..b") == "problem: this is no path: write \"a.b[0].c\"");
  CHECK(read("{\"a\": 1}", "a[x]") == "problem: this is no path: write \"a.b[0].c\"");
  CHECK(read("{\"a\": [1]}", "a[0") == "problem: this is no path: write \"a.b[0].c\"");
  CHECK(read(std::string(5000, '['), "").substr(0, 8) == "problem:");
}
