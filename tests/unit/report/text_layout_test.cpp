#include "report/text_layout.h"

#include <catch2/catch.hpp>

#include "report/number_text.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;

TEST_CASE("numbers read as a person writes them", "[unit][report]") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1'234'567) == "1,234,567");
  CHECK(quantity_text(0) == "0");
  CHECK(quantity_text(0.05) == "0.05");
  CHECK(quantity_text(9.994) == "9.99");
  CHECK(quantity_text(9.996) == "10.0");
  CHECK(quantity_text(12.34) == "12.3");
  CHECK(quantity_text(99.96) == "100");
  CHECK(quantity_text(1234.5) == "1,234");
  CHECK(quantity_text(-12.34) == "-12.3");
  CHECK(ratio_text(0) == "0.0%");
  CHECK(ratio_text(1) == "100%");
  CHECK(ratio_text(0.015) == "1.50%");
  CHECK(ratio_text(0.123) == "12.3%");
  CHECK(ratio_text(1e-7) == "<0.01%");
  CHECK(ratio_text(0.99999) == "99.999%");
  CHECK(bytes_text(512) == "512 B");
  CHECK(bytes_text(1234) == "1.23 kB");
  CHECK(bytes_text(3.4e6) == "3.40 MB");
  CHECK(clock_text(5s) == "00:05");
  CHECK(clock_text(59min + 59s + 999ms) == "59:59");
  CHECK(clock_text(1h + 2min + 3s) == "1:02:03");
}

TEST_CASE("a time is shown in the unit that suits it, or in the one asked for", "[unit][report]") {
  CHECK(time_text(0) == "0us");
  CHECK(time_text(412) == "412us");
  CHECK(time_text(999) == "999us");
  CHECK(time_text(999.6) == "1.00ms");
  CHECK(time_text(1'230) == "1.23ms");
  CHECK(time_text(12'300) == "12.3ms");
  CHECK(time_text(999'499) == "999ms");
  CHECK(time_text(999'600) == "1.00s");
  CHECK(time_text(3'600e6) == "3,600s");
  CHECK(time_text(14'200, TimeUnit::automatic, " ") == "14.2 ms");
  CHECK(time_text(12'300, TimeUnit::seconds) == "0.01s");
  CHECK(time_text(12'300'000, TimeUnit::milliseconds) == "12,300ms");
  CHECK(time_text(12'300, TimeUnit::microseconds) == "12,300us");
}

TEST_CASE("text from outside cannot drive the terminal", "[unit][report]") {
  CHECK(printable("a\tb") == "a b");
  CHECK(printable("a\x1b[2Jb\r\n") == "a?[2Jb??");
  CHECK(printable("caf\xc3\xa9") == "café");
  CHECK(printable("bad \xc3") == "bad ?");
  CHECK(printable("\xc0\xaf \xed\xa0\x80 \xf5") == "?? ??? ?");
  CHECK(printable("\xc2\x9b") == "?");  // a control sequence introducer in one character
}

TEST_CASE("widths are counted in cells", "[unit][report]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("é…✓") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\xcc\x81") == 1);
  const Look look;
  CHECK(shortened("abcdef", 6, look) == "abcdef");
  CHECK(shortened("abcdef", 4, look) == "abc…");
  CHECK(shortened("日本語", 4, look) == "日…");
  CHECK(shortened("abcdef", 4, {.unicode = false}) == "abc~");
  CHECK(shortened("abcdef", 0, look).empty());
}

TEST_CASE("long text breaks at blanks", "[unit][report]") {
  CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("incomprehensible word", 5) == std::vector<std::string>{"incomprehensible", "word"});
  CHECK(wrapped("", 5) == std::vector<std::string>{""});
}

TEST_CASE("a table gives up its name's width first, then its least important columns", "[unit][report]") {
  TextTable table({{.title = "Name", .left = true, .elastic = true},
                   {.title = "must"},
                   {.title = "may", .importance = 10, .bar_before = true},
                   {.title = "should", .importance = 50}});
  table.add_row({{"/a/very/long/name/of/a/path"}, {"1"}, {"22"}, {"3"}});
  table.add_rule();
  table.add_row({{}, {"1"}, {"22"}, {"3"}});
  CHECK(table.lines({.width = 60}) == std::vector<std::string>{"Name                        must | may should",
                                                               "---------------------------------|-----------",
                                                               "/a/very/long/name/of/a/path    1 |  22      3",
                                                               "---------------------------------|-----------",
                                                               "                               1 |  22      3"});
  CHECK(table.lines({.width = 36})[2] == "/a/very/long/name…    1 |  22      3");
  CHECK(table.lines({.width = 28})[2] == "/a/very/long/na…    1      3");
  CHECK(table.lines({.width = 18})[2] == "/a/very/long…    1");
}

TEST_CASE("colour surrounds text and takes no room", "[unit][report]") {
  CHECK(paint("x", Tone::bad, {.color = false}) == "x");
  CHECK(paint("x", Tone::bad, {.color = true}) == "\x1b[31mx\x1b[0m");
  CHECK(paint("x", Tone::plain, {.color = true}) == "x");
  TextTable table({{.title = "A"}, {.title = "B"}});
  table.add_row({{"1", Tone::bad}, {"2"}});
  CHECK(table.lines({.color = true})[2] == "\x1b[31m1\x1b[0m 2");
}
