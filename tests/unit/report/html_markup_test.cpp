#include "report/html_markup.h"

#include <catch2/catch.hpp>

using namespace thresher::report;
using Catch::Matchers::Contains;
using Kind = HtmlTable::Kind;

TEST_CASE("text from outside cannot leave its place in a page", "[unit][report][html]") {
  CHECK(markup_escaped("<b a='1' c=\"2\">&amp;</b>") == "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;&lt;/b&gt;");
  CHECK(markup_escaped("Zürich 東京 🦀") == "Zürich 東京 🦀");
}

TEST_CASE("what XML cannot hold is left out or replaced", "[unit][report][html]") {
  using namespace std::string_view_literals;
  CHECK(markup_escaped("a\0b\x1B[31mc\x7F\r\n\td"sv) == "ab[31mc\n\td");
  CHECK(markup_escaped("a\xFFz") == "a\xEF\xBF\xBDz");
  CHECK(markup_escaped("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // half a surrogate pair
  CHECK(markup_escaped("\xEF\xBF\xBE\xEF\xBF\xBF") == "\xEF\xBF\xBD\xEF\xBF\xBD");  // U+FFFE, U+FFFF
  CHECK(markup_escaped("cut \xE6\x9D") == "cut \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("a document in a script element cannot end it", "[unit][report][html]") {
  CHECK(script_safe(R"({"a":"</script><!--"})") == R"({"a":"\u003c/script>\u003c!--"})");
}

TEST_CASE("a table's cells carry what they sort by, and names break after slashes", "[unit][report][html]") {
  HtmlTable table("Requests <all>", "endpoints", {{"Name", Kind::name}, {"Method", Kind::word}, {"Average (ms)"}});
  table.add_row({{"/a/<b>"}, {"GET"}, milliseconds_cell(1'234'567)});
  table.set_foot({{"Aggregated"}, {""}, count_cell(12'345, Mood::bad)});
  CHECK(table.html() ==
        R"(<div class="table">
<div class="scroll" role="region" tabindex="0" aria-label="Requests &lt;all&gt;">
<table aria-label="Requests &lt;all&gt;">
<thead><tr><th scope="col" class="name"><button type="button">Name</button></th><th scope="col" class="word"><button type="button">Method</button></th><th scope="col" class="number"><button type="button">Average (ms)</button></th></tr></thead>
<tbody>
<tr><th scope="row" class="name">/<wbr>a/<wbr>&lt;b&gt;</th><td class="word">GET</td><td class="number" data-v="1234.567">1,235</td></tr>
</tbody>
<tfoot><tr><th scope="row" class="name">Aggregated</th><td class="word"></td><td class="number bad" data-v="12345">12,345</td></tr>
</tfoot>
</table>
</div>
</div>
)");
}

TEST_CASE("only a table of many rows can be filtered", "[unit][report][html]") {
  const auto table_of = [](int rows) {
    HtmlTable table("Failures", "failures", {{"Name", Kind::name}});
    for (int row = 0; row < rows; ++row) table.add_row({{"/" + std::to_string(row)}});
    return table.html();
  };
  CHECK_THAT(table_of(300), Contains("placeholder=\"Filter failures\"") && Contains(">300 failures</output>"));
  CHECK_THAT(table_of(3), !Contains("<input"));
}
