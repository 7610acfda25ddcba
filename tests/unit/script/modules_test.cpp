#include <catch2/catch.hpp>
#include <lua.hpp>

#include "script/vm.h"
#include "support/script_folder.h"

using namespace thresher;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using script::Vm;
using test::ScriptFolder;

namespace {

/// Runs one file and returns its error; empty when it ran.
std::string error_of(const std::string& source) {
  ScriptFolder folder;
  Vm vm;
  const auto result = vm.run_file(folder.write("login.lua", source));
  return result ? std::string() : to_text(result.error());
}

std::string printed_by(const std::string& source) {
  ScriptFolder folder;
  Vm vm;
  std::string lines;
  vm.on_print([&](std::string line) { lines += line + "\n"; });
  const auto result = vm.run_file(folder.write("login.lua", source));
  if (!result) FAIL(to_text(result.error()));
  return lines;
}

}  // namespace

TEST_CASE("a syntax error names file, line and what is near", "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  const auto result = vm.run_file(folder.write("login.lua", "local x = 1\nlocal y = = 2\n"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::script);
  CHECK(result.error().where == "login.lua:2");
  CHECK(result.error().message == "unexpected symbol near '='");
}

TEST_CASE("a runtime error while loading comes with its traceback", "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  const auto result = vm.run_file(folder.write("login.lua", "local function f()\n  local x = nil + 1\nend\nf()\n"));
  REQUIRE_FALSE(result);
  CHECK(result.error().where == "login.lua:2");
  CHECK_THAT(result.error().message, StartsWith("attempt to perform arithmetic on a nil value\nstack traceback:\n"));
  CHECK_THAT(result.error().message, Contains("login.lua:4: in main chunk"));
}

TEST_CASE("a missing file is named with the system's reason", "[unit][script]") {
  Vm vm;
  const auto result = vm.run_file("/nowhere/login.lua");
  REQUIRE_FALSE(result);
  CHECK_THAT(to_text(result.error()), Contains("/nowhere/login.lua") && Contains("No such file"));
}

TEST_CASE("an accidental global is an error with its line", "[unit][script]") {
  CHECK_THAT(error_of("local a = 1\ncount = a\n"),
             StartsWith("login.lua:2: assignment to undeclared global 'count' (write 'local count')"));
  CHECK_THAT(error_of("function helper() end\n"), StartsWith("login.lua:1: assignment to undeclared global 'helper'"));
  CHECK_THAT(error_of("type = 'x'\n"), StartsWith("login.lua:1: assignment to undeclared global 'type'"));
  CHECK_THAT(error_of("\nlocal a = cuont\n"), StartsWith("login.lua:2: global 'cuont' is not defined"));
  CHECK_THAT(error_of("pirnt('x')\n"), StartsWith("login.lua:1: global 'pirnt' is not defined; did you mean 'print'?"));
  CHECK_THAT(error_of("_G.count = 1\n"), StartsWith("login.lua:1: globals are shared by every scenario"));
}

TEST_CASE("a global written inside a function called later is an error too", "[unit][script]") {
  CHECK_THAT(error_of("local function f()\n  total = 1\nend\nf()\n"),
             StartsWith("login.lua:2: assignment to undeclared"));
}

TEST_CASE("what would end or confuse the process is not there", "[unit][script]") {
  CHECK_THAT(error_of("os.exit(1)\n"), StartsWith("login.lua:1: os.exit would end the whole run"));
  CHECK_THAT(error_of("debug.sethook(nil)\n"), StartsWith("login.lua:1: attempt to call field 'sethook'"));
  CHECK_THAT(error_of("dofile('x')\n"), StartsWith("login.lua:1: global 'dofile' is not defined"));
  CHECK_THAT(error_of("local function f() f() f() end f()\n"), Contains("stack overflow"));
}

TEST_CASE("the libraries scenarios expect are there", "[unit][script]") {
  CHECK(printed_by("print(math.floor(2.5), ('x'):rep(2), #table.concat({'a', 'b'}), bit.band(6, 3), os.time() > 0)") ==
        "login.lua: 2\txx\t2\t2\ttrue\n");
  CHECK(printed_by("print(require('cjson').encode({1, 2}), require('table.new')(1, 0) ~= nil)") ==
        "login.lua: [1,2]\ttrue\n");
  CHECK(printed_by("print(pcall(require('cjson.safe').decode, '{'))") ==
        "login.lua: true\tnil\tExpected object key string but found T_END at character 2\n");
}

TEST_CASE("loaded text obeys the same rules as its file", "[unit][script]") {
  CHECK(printed_by("print(loadstring('return 1 + 1')())") == "login.lua: 2\n");
  CHECK_THAT(error_of("loadstring('oops = 1')()"), Contains("assignment to undeclared global 'oops'"));
  CHECK(printed_by("print(loadstring('= 1'))").substr(0, 14) == "login.lua: nil");
}

TEST_CASE("require finds modules beside the scenario", "[unit][script]") {
  ScriptFolder folder;
  folder.write("shared.lua", "local n = 0\nreturn { next = function() n = n + 1 return n end }");
  folder.write("lib/auth.lua", "return { token = require('lib.secret') .. require('near') }");
  folder.write("lib/secret.lua", "return 's'");
  folder.write("lib/near.lua", "return 'n'");
  folder.write("kit/init.lua", "return 'kit'");
  Vm vm;
  std::string lines;
  vm.on_print([&](std::string line) { lines += line + "\n"; });
  REQUIRE(vm.run_file(folder.write("login.lua",
                                   "local a, b = require 'shared', require 'shared'\na.next() print(b.next(), "
                                   "require('lib.auth').token, require 'kit')")));
  CHECK(lines == "login.lua: 2\tsn\tkit\n");
}

TEST_CASE("a module that is not there, and modules that need each other, are errors at the line that asked",
          "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  const auto missing = vm.run_file(folder.write("login.lua", "\nlocal x = require 'nothing'"));
  REQUIRE_FALSE(missing);
  CHECK_THAT(to_text(missing.error()),
             StartsWith("login.lua:2: require: there is no module 'nothing' beside the scenario"));

  folder.write("a.lua", "return require 'b'");
  folder.write("b.lua", "return require 'a'");
  const auto circle = vm.run_file(folder.write("circle.lua", "require 'a'"));
  REQUIRE_FALSE(circle);
  CHECK_THAT(to_text(circle.error()), Contains("still loading: two modules need each other"));
}

TEST_CASE("an error inside a module names the module's line", "[unit][script]") {
  ScriptFolder folder;
  folder.write("broken.lua", "\n\nerror('out of order')");
  Vm vm;
  const auto result = vm.run_file(folder.write("login.lua", "require 'broken'"));
  REQUIRE_FALSE(result);
  CHECK(result.error().where == "broken.lua:3");
}

TEST_CASE("files of one name in two folders are told apart, and a file runs once", "[unit][script]") {
  ScriptFolder folder;
  const auto first = folder.write("a/login.lua", "print('first')");
  const auto second = folder.write("b/login.lua", "print('second')");
  Vm vm;
  std::string lines;
  vm.on_print([&](std::string line) { lines += line + "\n"; });
  REQUIRE(vm.run_file(first));
  REQUIRE(vm.run_file(second));
  REQUIRE(vm.run_file(first));
  CHECK(lines == "login.lua: first\nb/login.lua: second\n");
  CHECK(vm.path_of("login.lua") == first);
  CHECK(vm.path_of("b/login.lua") == second);
}
