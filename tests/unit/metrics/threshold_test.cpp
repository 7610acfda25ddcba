#include "metrics/threshold.h"

#include <catch2/catch.hpp>

using namespace thresher::metrics;
using Aggregation = ThresholdExpression::Aggregation;
using Comparison = ThresholdExpression::Comparison;

namespace {

ThresholdExpression expression(std::string_view text) {
  auto parsed = parse_threshold_expression(text);
  INFO(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::string expression_problem(std::string_view text) {
  auto parsed = parse_threshold_expression(text);
  return parsed ? "it parsed" : parsed.error().message;
}

MetricSelector selector(std::string_view text) {
  auto parsed = parse_metric_selector(text);
  INFO(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::string selector_problem(std::string_view text) {
  auto parsed = parse_metric_selector(text);
  return parsed ? "it parsed" : parsed.error().message;
}

std::string kind_problem(std::string_view text, MetricKind kind) {
  auto threshold = parse_threshold("m", text, "light.toml:9");
  REQUIRE(threshold.has_value());
  auto checked = threshold->check_kind({"m", kind, Contains::plain});
  return checked ? "" : to_text(checked.error());
}

}  // namespace

TEST_CASE("every aggregation of k6 is read", "[unit][metrics]") {
  CHECK(expression("count<1").aggregation == Aggregation::count);
  CHECK(expression("rate<1").aggregation == Aggregation::rate);
  CHECK(expression("value<1").aggregation == Aggregation::value);
  CHECK(expression("avg<1").aggregation == Aggregation::avg);
  CHECK(expression("min<1").aggregation == Aggregation::min);
  CHECK(expression("max<1").aggregation == Aggregation::max);
  CHECK(expression("med<1").aggregation == Aggregation::med);
  CHECK(expression("p(95)<1").aggregation == Aggregation::percentile);
  CHECK(expression("p(95)<1").percentile == 95);
  CHECK(expression("p( 99.99 )<1").percentile == 99.99);
  CHECK(expression("p(0)<1").percentile == 0);
  CHECK(expression("p(100)<1").percentile == 100);
}

TEST_CASE("every comparison of k6 is read and decides", "[unit][metrics]") {
  struct Row {
    const char* text;
    Comparison comparison;
    bool below, at, above;
  };
  for (const Row& row :
       {Row{"max<5", Comparison::less, true, false, false}, Row{"max<=5", Comparison::less_equal, true, true, false},
        Row{"max>5", Comparison::greater, false, false, true},
        Row{"max>=5", Comparison::greater_equal, false, true, true},
        Row{"max==5", Comparison::equal, false, true, false}, Row{"max===5", Comparison::equal, false, true, false},
        Row{"max!=5", Comparison::not_equal, true, false, true}}) {
    INFO(row.text);
    const ThresholdExpression parsed = expression(row.text);
    CHECK(parsed.comparison == row.comparison);
    CHECK(parsed.holds(4.9) == row.below);
    CHECK(parsed.holds(5) == row.at);
    CHECK(parsed.holds(5.1) == row.above);
  }
}

TEST_CASE("blanks may stand between the parts, and the text is kept as written", "[unit][metrics]") {
  const ThresholdExpression parsed = expression("  p(99.9)  <=  1500.5 ");
  CHECK(parsed.text == "p(99.9)  <=  1500.5");
  CHECK(parsed.percentile == 99.9);
  CHECK(parsed.bound == 1500.5);
  CHECK(expression("value>-3").bound == -3);
  CHECK(expression("rate<1e-3").bound == 0.001);
}

TEST_CASE("an expression that does not parse says where and what was expected", "[unit][metrics]") {
  CHECK(expression_problem("") ==
        "threshold '': expected one of count, rate, value, avg, min, max, med, p(N) at column 1, found the end");
  CHECK(expression_problem("p95<500") == "threshold 'p95<500': expected '(' after p at column 2, found '95<500'");
  CHECK(expression_problem("p(x)<500") ==
        "threshold 'p(x)<500': expected a percentile such as 95 or 99.9 at column 3, found 'x)<500'");
  CHECK(expression_problem("p(95<500") ==
        "threshold 'p(95<500': expected ')' after the percentile at column 5, found '<500'");
  CHECK(expression_problem("p(101)<500") == "threshold 'p(101)<500': percentile 101 is not between 0 and 100");
  CHECK(expression_problem("p(-1)<500") == "threshold 'p(-1)<500': percentile -1 is not between 0 and 100");
  CHECK(expression_problem("mean<500") ==
        "threshold 'mean<500': expected one of count, rate, value, avg, min, max, med, p(N) at column 1, found "
        "'mean<500'");
  CHECK(expression_problem("avg 500") ==
        "threshold 'avg 500': expected one of < <= > >= == === != at column 5, found '500'");
  CHECK(expression_problem("avg=500") ==
        "threshold 'avg=500': expected one of < <= > >= == === != at column 4, found '=500'");
  CHECK(expression_problem("avg<") == "threshold 'avg<': expected a number at column 5, found the end");
  CHECK(expression_problem("avg<fast") == "threshold 'avg<fast': expected a number at column 5, found 'fast'");
  CHECK(expression_problem("avg<inf") == "threshold 'avg<inf': expected a number at column 5, found 'inf'");
  CHECK(expression_problem("avg<nan") == "threshold 'avg<nan': expected a number at column 5, found 'nan'");
  CHECK(expression_problem("avg<500ms") ==
        "threshold 'avg<500ms': expected nothing after the number at column 8, found 'ms'");
}

TEST_CASE("a selector is a metric, with or without tags", "[unit][metrics]") {
  CHECK(selector("http_reqs").metric == "http_reqs");
  CHECK(selector("http_reqs").filter.wanted.empty());
  const MetricSelector both = selector("http_req_duration{tag:health,name:/x}");
  CHECK(both.metric == "http_req_duration");
  CHECK(both.filter.wanted == Tags{{"name", "/x"}, {"tag", "health"}});
  CHECK(both.text == "http_req_duration{tag:health,name:/x}");
  CHECK(selector(" m { tag : health } ").filter.wanted == Tags{{"tag", "health"}});
}

TEST_CASE("a tag's value may be a URL, a folded path or an endpoint's title", "[unit][metrics]") {
  CHECK(selector("m{name:/health [core]}").filter.wanted == Tags{{"name", "/health [core]"}});
  CHECK(selector("m{url:http://127.0.0.1:8007/a?b=c}").filter.wanted == Tags{{"url", "http://127.0.0.1:8007/a?b=c"}});
  CHECK(selector("m{name:/users/{id}/posts,status:200}").filter.wanted ==
        Tags{{"name", "/users/{id}/posts"}, {"status", "200"}});
  CHECK(selector("m{name:/users/{id}}").filter.wanted == Tags{{"name", "/users/{id}"}});
  CHECK(selector("m{group:::login::form}").filter.wanted == Tags{{"group", "::login::form"}});
  CHECK(selector("m{error:}").filter.wanted == Tags{{"error", ""}});
}

TEST_CASE("quotes around a tag's value are taken off and protect a comma", "[unit][metrics]") {
  CHECK(selector("m{name:\"a, b\",tag:x}").filter.wanted == Tags{{"name", "a, b"}, {"tag", "x"}});
  CHECK(selector("m{name: 'one'}").filter.wanted == Tags{{"name", "one"}});
  CHECK(selector("m{name:it's,tag:isn't}").filter.wanted == Tags{{"name", "it's"}, {"tag", "isn't"}});
  CHECK(selector("m{name:\"open,tag:x}").filter.wanted == Tags{{"name", "\"open"}, {"tag", "x"}});
}

TEST_CASE("a selector that does not parse says why", "[unit][metrics]") {
  CHECK(selector_problem("") == "threshold selector '': '' is not a metric's name");
  CHECK(selector_problem("{tag:x}") == "threshold selector '{tag:x}': '' is not a metric's name");
  CHECK(selector_problem("9lives") == "threshold selector '9lives': '9lives' is not a metric's name");
  CHECK(selector_problem("http reqs") == "threshold selector 'http reqs': 'http reqs' is not a metric's name");
  CHECK(selector_problem("m{tag:x") == "threshold selector 'm{tag:x': expected '}' at its end");
  CHECK(selector_problem("m{tag:x} y") == "threshold selector 'm{tag:x} y': expected '}' at its end");
  CHECK(selector_problem("m{}") == "threshold selector 'm{}': '' is not key:value");
  CHECK(selector_problem("m{health}") == "threshold selector 'm{health}': 'health' is not key:value");
  CHECK(selector_problem("m{:x}") == "threshold selector 'm{:x}': ':x' is not key:value");
  CHECK(selector_problem("m{tag:x,}") == "threshold selector 'm{tag:x,}': '' is not key:value");
}

TEST_CASE("a threshold's error blames the line it was written on", "[unit][metrics]") {
  const auto bad_selector = parse_threshold("m{x}", "avg<1", "light.toml:9");
  REQUIRE_FALSE(bad_selector.has_value());
  CHECK(to_text(bad_selector.error()) == "light.toml:9: threshold selector 'm{x}': 'x' is not key:value");
  const auto bad_expression = parse_threshold("m", "avg<", "light.toml:9");
  REQUIRE_FALSE(bad_expression.has_value());
  CHECK(to_text(bad_expression.error()) ==
        "light.toml:9: threshold 'avg<': expected a number at column 5, found the end");
  const auto good = parse_threshold("m{a:b}", "avg<1", "light.toml:9");
  REQUIRE(good.has_value());
  CHECK(good->where == "light.toml:9");
  CHECK(good->selector.metric == "m");
  CHECK(good->expression.bound == 1);
  CHECK_FALSE(good->abort_on_fail);
}

TEST_CASE("an aggregation must fit its metric's kind", "[unit][metrics]") {
  for (const char* text : {"count<1", "rate<1"}) CHECK(kind_problem(text, MetricKind::counter).empty());
  CHECK(kind_problem("value<1", MetricKind::gauge).empty());
  CHECK(kind_problem("rate<1", MetricKind::rate).empty());
  for (const char* text : {"avg<1", "min<1", "max<1", "med<1", "p(95)<1"}) {
    CHECK(kind_problem(text, MetricKind::trend).empty());
  }
  CHECK(kind_problem("p(95)<1", MetricKind::counter) ==
        "light.toml:9: threshold 'p(95)<1' does not fit m, which is a counter: use count or rate");
  CHECK(kind_problem("avg<1", MetricKind::gauge) ==
        "light.toml:9: threshold 'avg<1' does not fit m, which is a gauge: use value");
  CHECK(kind_problem("count<1", MetricKind::rate) ==
        "light.toml:9: threshold 'count<1' does not fit m, which is a rate: use rate");
  CHECK(kind_problem("rate<1", MetricKind::trend) ==
        "light.toml:9: threshold 'rate<1' does not fit m, which is a trend: use avg, min, max, med or p(N)");
}
