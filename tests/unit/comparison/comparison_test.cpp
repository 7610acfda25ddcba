#include "comparison/comparison.h"

#include <catch2/catch.hpp>

#include "unit/comparison/runs.h"

using namespace thresher;
using namespace thresher::comparison;
using Catch::Matchers::Contains;
using Catch::Matchers::VectorContains;

namespace {

const FigureVerdict& figure(const Comparison& comparison, Figure wanted) {
  return comparison.endpoints.front().figures[static_cast<std::size_t>(wanted)];
}

std::vector<Word> words(const Comparison& comparison) {
  std::vector<Word> all;
  for (const FigureVerdict& verdict : comparison.endpoints.front().figures) all.push_back(verdict.word);
  all.pop_back();  // the rate has tests of its own
  return all;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

}  // namespace

TEST_CASE("a run is the same as itself, and as another of its kind when there is enough of both",
          "[unit][comparison]") {
  const MeasuredRun run = made_up({.number = 1, .seconds = 60, .per_second = 1000});
  const Comparison itself = compare(run, run);
  CHECK(itself.verdict == Comparison::Verdict::same);
  CHECK(itself.endpoints.front().ranks->slower_probability == Approx(0.5));
  CHECK(figure(itself, Figure::bulk).change->value == 0);
  const Comparison another = compare(run, made_up({.number = 2, .seconds = 60, .per_second = 1000}));
  CHECK(another.verdict == Comparison::Verdict::same);
  CHECK(words(another) == std::vector<Word>{Word::same, Word::same, Word::same, Word::same});
}

TEST_CASE("a shift is slower one way and faster the other, and its size is told", "[unit][comparison]") {
  const MeasuredRun before = made_up({.number = 1, .per_second = 500}),
                    after = made_up({.number = 2, .per_second = 500, .factor = 1.2});
  const Comparison slower = compare(before, after);
  CHECK(slower.verdict == Comparison::Verdict::regression);
  CHECK(figure(slower, Figure::bulk).word == Word::worse);
  CHECK(figure(slower, Figure::p95).word == Word::worse);
  const Estimate change = *figure(slower, Figure::bulk).change;
  CHECK(change.low < 0.2);
  CHECK(0.2 < change.high);
  CHECK(change.high - change.low < 0.06);
  const Comparison faster = compare(after, before);
  CHECK(faster.verdict == Comparison::Verdict::improvement);
  CHECK(figure(faster, Figure::bulk).word == Word::better);
  CHECK(slower.endpoints.front().slower_probability->low > 0.5);
}

TEST_CASE("a shift within the margin is the same, however significant", "[unit][comparison]") {
  const MeasuredRun before = made_up({.number = 1, .per_second = 4000}),
                    after = made_up({.number = 2, .per_second = 4000, .factor = 1.02});
  const Comparison comparison = compare(before, after);
  CHECK(comparison.endpoints.front().ranks->z > 4);
  CHECK(figure(comparison, Figure::bulk).word == Word::same);
  CHECK(figure(compare(before, after, {.margin = 0.01}), Figure::bulk).word == Word::worse);
}

TEST_CASE("a heavier tail is seen where the median stays", "[unit][comparison]") {
  const Comparison comparison =
      compare(made_up({.number = 1, .per_second = 2000}),
              made_up({.number = 2, .per_second = 2000, .tail_share = 0.015, .tail_factor = 8}));
  CHECK(figure(comparison, Figure::bulk).word == Word::same);
  CHECK(figure(comparison, Figure::p99).word == Word::worse);
  CHECK(comparison.verdict == Comparison::Verdict::regression);
}

TEST_CASE("few requests decide nothing, and it is said how many it takes", "[unit][comparison]") {
  const Comparison comparison = compare(made_up({.number = 1, .seconds = 12, .per_second = 1}),
                                        made_up({.number = 2, .seconds = 12, .per_second = 1, .factor = 1.3}));
  CHECK(comparison.verdict == Comparison::Verdict::undecided);
  CHECK(figure(comparison, Figure::bulk).word == Word::undecided);
  CHECK_THAT(figure(comparison, Figure::bulk).reason, Contains("20 needed"));
  CHECK_THAT(figure(comparison, Figure::p95).reason, Contains("200 needed"));
  CHECK_THAT(figure(comparison, Figure::p99).reason, Contains("1000 needed"));
  CHECK_FALSE(figure(comparison, Figure::p99).p_worse);
}

TEST_CASE("times that are all equal are the same, or proven to differ", "[unit][comparison]") {
  MeasuredRun five = made_up({.number = 1}), six = five;
  for (MeasuredEndpoint& endpoint : five.endpoints) endpoint.durations = histogram_of({5000}, 3000);
  for (MeasuredEndpoint& endpoint : six.endpoints) endpoint.durations = histogram_of({6000}, 3000);
  CHECK(figure(compare(five, five), Figure::bulk).word == Word::same);
  CHECK(figure(compare(five, six), Figure::bulk).word == Word::worse);
  CHECK(figure(compare(six, five), Figure::p99).word == Word::better);
}

TEST_CASE("a million requests are compared by their buckets", "[unit][comparison]") {
  MeasuredRun before = made_up({.number = 1}), after = before;
  for (MeasuredRun* run : {&before, &after}) {
    metrics::Histogram many;
    for (std::int64_t value = 1000; value < 2000; ++value)
      many.record(value + (run == &after ? 200 : 0), 1'000'000);  // a milliard in all
    run->endpoints.back().durations = run->endpoints.front().durations = many;
    for (MeasuredEndpoint& endpoint : run->endpoints) endpoint.figures.requests = 1'000'000'000;
  }
  const Comparison comparison = compare(before, after);
  CHECK(figure(comparison, Figure::bulk).word == Word::worse);
  CHECK(comparison.endpoints.front().ranks->slower_probability == Approx(0.68).margin(0.001));  // 1 - 0.8^2 / 2
}

TEST_CASE("more failures are a regression by themselves", "[unit][comparison]") {
  const Comparison comparison =
      compare(made_up({.number = 1, .failure_ratio = 0.01}), made_up({.number = 2, .failure_ratio = 0.05}));
  const FigureVerdict& failures = figure(comparison, Figure::failures);
  CHECK(failures.word == Word::worse);
  CHECK(failures.change->low < 0.04);
  CHECK(0.04 < failures.change->high);
  CHECK_THAT(joined(comparison.remarks), Contains("GET /x: its times include those of failures"));
  CHECK(word_of(Figure::failures, Word::worse) == "more");
}

TEST_CASE("a closed load's rate is judged for equal users only, an open one's never", "[unit][comparison]") {
  MeasuredRun before = made_up({.number = 1, .per_second = 200}), after = made_up({.number = 2, .per_second = 150});
  const auto rate = [&]() -> FigureVerdict { return compare(before, after).endpoints.back().figures[4]; };
  CHECK(rate().word == Word::worse);
  CHECK(rate().change->value == Approx(-0.25));
  CHECK(compare(before, after).endpoints.front().figures[4].word == Word::named);
  after.users = 8;
  CHECK(rate().word == Word::named);
  CHECK(rate().reason == "the users differ");
  after.users = before.users;
  after.open_model = true;
  CHECK_THAT(rate().reason, Contains("open model"));
}

TEST_CASE("a side without distributions leaves its times unjudged and its failures not", "[unit][comparison]") {
  MeasuredRun before = made_up({.number = 1, .failure_ratio = 0.01}), after = made_up({.number = 2});
  for (MeasuredEndpoint& endpoint : before.endpoints) endpoint.durations.reset();
  const Comparison comparison = compare(before, after);
  CHECK(figure(comparison, Figure::bulk).word == Word::no_data);
  CHECK(figure(comparison, Figure::bulk).reason == "run-1 has no distribution of it");
  CHECK(figure(comparison, Figure::bulk).first.has_value());
  CHECK(figure(comparison, Figure::failures).word == Word::better);
  after.endpoints = before.endpoints;
  CHECK(compare(before, after).verdict == Comparison::Verdict::no_data);
}

TEST_CASE("endpoints of one run only, other mixes, conditions and faults are named", "[unit][comparison]") {
  MeasuredRun before = made_up({.number = 1}), after = made_up({.number = 2});
  before.conditions = R"({"profile":"light","users":1})";
  after.conditions = R"({"profile":"heavy","users":1})";
  after.endpoints.front().name = "/y";
  after.faults = {"is INVALID: its generator was the limit"};
  before.seed = 1;
  after.seed = 2;
  after.version = "1.1";
  const Comparison comparison = compare(before, after);
  CHECK(comparison.obstacles ==
        std::vector<std::string>{R"(profile: "light" and "heavy")", "run-2 is INVALID: its generator was the limit"});
  CHECK_THAT(comparison.remarks, VectorContains(std::string("GET /x is only in the first run")) &&
                                     VectorContains(std::string("GET /y is only in the second run")) &&
                                     VectorContains(std::string("versions of thresher: unknown and 1.1")));
  CHECK_THAT(joined(comparison.remarks), Contains("seeds: 1 and 2"));
  CHECK(comparison.endpoints.size() == 3);
  CHECK(comparison.endpoints.back().name == kAggregated);
}

TEST_CASE("the more is claimed, the more it takes", "[unit][comparison]") {
  MeasuredRun before = made_up({.number = 3, .per_second = 40}),
              after = made_up({.number = 4, .per_second = 40, .factor = 1.15});
  const FigureVerdict alone = figure(compare(before, after), Figure::bulk);
  CHECK(alone.word == Word::worse);
  const MeasuredEndpoint quiet = made_up({.number = 5, .per_second = 40}).endpoints.front();
  for (int copy = 0; copy < 300; ++copy) {
    for (MeasuredRun* run : {&before, &after}) {
      run->endpoints.push_back(quiet);
      run->endpoints.back().name = "/y/" + std::to_string(copy);  // after /x
    }
  }
  const Comparison comparison = compare(before, after);
  CHECK(*figure(comparison, Figure::bulk).p_worse > 50 * *alone.p_worse);
  CHECK(figure(comparison, Figure::bulk).word == Word::undecided);
  CHECK(comparison.verdict == Comparison::Verdict::undecided);
}
