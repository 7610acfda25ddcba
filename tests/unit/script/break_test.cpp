#include <catch2/catch.hpp>
#include <lua.hpp>
#include <thread>

#include "script/vm.h"
#include "support/sanitizer.h"
#include "support/script_folder.h"

using namespace thresher;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using script::Vm;
using test::ScriptFolder;

namespace {

/// Runs a script that never ends, and breaks it from another thread as soon as it is running.
Result<void> run_and_break(Vm& vm, const std::string& source) {
  ScriptFolder folder;
  const auto path = folder.write("endless.lua", source);
  std::atomic<bool> left{false};
  std::thread watchdog([&] {
    while (!left.load()) {
      if (vm.activity() % 2 == 1) vm.break_script();
      std::this_thread::yield();
    }
  });
  auto result = vm.run_file(path);
  left = true;
  watchdog.join();
  return result;
}

}  // namespace

TEST_CASE("an endless loop is broken from another thread, with its line", "[unit][script]") {
  if (test::kSignalsWait) return;
  Vm vm;
  const auto result = run_and_break(vm, "local n = 0\nwhile true do\n  n = n + 1\nend\n");
  REQUIRE_FALSE(result);
  CHECK_THAT(to_text(result.error()),
             StartsWith("endless.lua:") && Contains("the script ran too long without waiting (an endless loop?)"));
}

TEST_CASE("no pcall of its own saves an endless script", "[unit][script]") {
  if (test::kSignalsWait) return;
  Vm vm;
  const auto result = run_and_break(
      vm, "while true do pcall(function() while true do pcall(function() while true do end end) end end) end");
  REQUIRE_FALSE(result);
  CHECK_THAT(to_text(result.error()), Contains("without waiting"));
}

TEST_CASE("after a break the VM runs other scripts as before", "[unit][script]") {
  if (test::kSignalsWait) return;
  Vm vm;
  REQUIRE_FALSE(run_and_break(vm, "while true do end"));
  ScriptFolder folder;
  CHECK(vm.run_file(folder.write("fine.lua", "local n = 0 for i = 1, 1e6 do n = n + i end assert(n > 0)")));
}

TEST_CASE("breaking a VM that runs nothing does nothing", "[unit][script]") {
  Vm vm;
  vm.break_script();
  ScriptFolder folder;
  CHECK(vm.run_file(folder.write("fine.lua", "local n = 0 for i = 1, 1000 do n = n + i end")));
  CHECK(vm.activity() % 2 == 0);
}

TEST_CASE("loaded text cannot hide a loop from the watchdog", "[unit][script]") {
  Vm vm;
  const auto result = run_and_break(vm, "loadstring('while true do local x = 1 end')()");
  REQUIRE_FALSE(result);
  CHECK_THAT(to_text(result.error()), Contains("without waiting"));
}
