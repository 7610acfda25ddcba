#include "metrics/exception_table.h"

#include <catch2/catch.hpp>

using thresher::metrics::ExceptionTable;

TEST_CASE("script errors are counted by message and keep their first traceback", "[unit][metrics]") {
  ExceptionTable table;
  table.add("a.lua:3: boom", "first", 1);
  table.add("b.lua:1: bang", "other", 1);
  table.add("a.lua:3: boom", "second", 4);
  const auto sorted = table.sorted();
  REQUIRE(sorted.size() == 2);
  CHECK(sorted[0].message == "a.lua:3: boom");
  CHECK(sorted[0].traceback == "first");
  CHECK(sorted[0].count == 5);
  CHECK(sorted[1].count == 1);
}

TEST_CASE("equally frequent script errors are sorted by message", "[unit][metrics]") {
  ExceptionTable table;
  table.add("b", "", 1);
  table.add("a", "", 1);
  CHECK(table.sorted()[0].message == "a");
}

TEST_CASE("a script that puts a number into its error does not fill the memory", "[unit][metrics]") {
  ExceptionTable table;
  for (int i = 0; i < 5000; ++i) table.add("a.lua:3: user " + std::to_string(i), "trace", 1);
  const auto sorted = table.sorted();
  REQUIRE(sorted.size() == ExceptionTable::kMax + 1);
  CHECK(sorted[0].message == "(further exceptions, each with another message)");
  CHECK(sorted[0].count == 4000);
}
