#include "metrics/histogram.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "support/allocations.h"

using thresher::RandomStream;
using thresher::StreamPurpose;
using thresher::metrics::Histogram;

namespace {

using Values = std::vector<std::int64_t>;

Histogram histogram_of(const Values& values) {
  Histogram histogram;
  for (const std::int64_t value : values) histogram.record(value);
  return histogram;
}

/// Latencies of several shapes, in microseconds.
Values narrow(RandomStream& random, std::size_t n) {
  Values values(n);
  for (auto& value : values) value = 800 + static_cast<std::int64_t>(random.below(400));
  return values;
}
Values bimodal(RandomStream& random, std::size_t n) {
  Values values(n);
  for (auto& value : values)
    value = std::llround(std::max(1.0, random.normal(random.below(20) == 0 ? 950'000 : 1'500, 300)));
  return values;
}
Values wide(RandomStream& random, std::size_t n) {
  Values values(n);
  for (auto& value : values) value = std::llround(std::pow(10.0, random.uniform(0, 9.55)));
  return values;
}

/// The definition itself: the smallest value with at least p % of all at or below it.
std::int64_t percentile_of(const Values& sorted, double percentile) {
  const double rank = std::ceil(percentile / 100 * static_cast<double>(sorted.size()) - 1e-9);
  return sorted[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

bool same(const Histogram& a, const Histogram& b) {
  const auto x = a.buckets(), y = b.buckets();
  return a.count() == b.count() && a.clamped() == b.clamped() && a.min() == b.min() && a.max() == b.max() &&
         a.sum() == b.sum() && std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) {
           return p.lowest == q.lowest && p.highest == q.highest && p.count == q.count;
         });
}

}  // namespace

TEST_CASE("every percentile is the true one to three significant digits", "[unit][metrics]") {
  RandomStream random{7, StreamPurpose::run, 0};
  const auto shape = GENERATE(0, 1, 2);
  Values values = shape == 0 ? narrow(random, 10'000) : shape == 1 ? bimodal(random, 10'000) : wide(random, 10'000);
  const Histogram histogram = histogram_of(values);
  std::sort(values.begin(), values.end());

  CHECK(histogram.count() == values.size());
  CHECK(histogram.min() == values.front());
  CHECK(histogram.max() == values.back());
  CHECK(histogram.clamped() == 0);
  double sum = 0;
  for (const std::int64_t value : values) sum += static_cast<double>(value);
  CHECK(histogram.sum() == sum);
  CHECK(histogram.mean() == Approx(sum / 10'000).epsilon(1e-12));
  for (double p = 0.25; p <= 100; p += 0.25) {
    const std::int64_t truth = percentile_of(values, p);
    const std::int64_t found = histogram.value_at_percentile(p);
    INFO("p" << p << " of shape " << shape);
    CHECK(found >= truth);
    CHECK(found <= truth + truth / 1000);
  }
}

TEST_CASE("percentiles of whole ranks do not slip into the next sample", "[unit][metrics]") {
  Histogram histogram;
  for (int value = 1; value <= 1000; ++value) histogram.record(value);
  for (int rank = 1; rank <= 1000; ++rank) CHECK(histogram.value_at_percentile(rank / 10.0) == rank);
  CHECK(histogram.value_at_percentile(0) == 1);
  CHECK(histogram.value_at_percentile(-3) == 1);
  CHECK(histogram.value_at_percentile(100) == 1000);
  CHECK(histogram.value_at_percentile(250) == 1000);
}

TEST_CASE("a percentile is never above the largest value recorded", "[unit][metrics]") {
  Histogram histogram;
  histogram.record(1'000'001);  // its bucket ends at 1'000'447
  CHECK(histogram.value_at_percentile(50) == 1'000'001);
  CHECK(histogram.value_at_percentile(99.9) == 1'000'001);
}

TEST_CASE("an empty histogram answers zero to everything", "[unit][metrics]") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.min() == 0);
  CHECK(histogram.max() == 0);
  CHECK(histogram.mean() == 0);
  CHECK(histogram.standard_deviation() == 0);
  CHECK(histogram.value_at_percentile(99) == 0);
  CHECK(histogram.buckets().empty());
}

TEST_CASE("values beyond an hour and below zero are clamped and counted, not dropped", "[unit][metrics]") {
  Histogram histogram;
  histogram.record(Histogram::kHighest);
  CHECK(histogram.clamped() == 0);
  histogram.record(Histogram::kHighest + 1);
  histogram.record(std::numeric_limits<std::int64_t>::max());
  histogram.record(-1);
  histogram.record(-500, 2);
  CHECK(histogram.clamped() == 5);
  CHECK(histogram.count() == 6);
  CHECK(histogram.min() == 0);
  CHECK(histogram.max() == Histogram::kHighest);
  CHECK(histogram.value_at_percentile(100) == Histogram::kHighest);
  CHECK(histogram.value_at_percentile(50) == 0);
}

TEST_CASE("buckets tile the range without a gap and stay within a thousandth of their value", "[unit][metrics]") {
  Histogram histogram;
  for (std::int64_t value = 0; value <= Histogram::kHighest; value += 1 + value / 4000) histogram.record(value);
  const auto buckets = histogram.buckets();
  REQUIRE(buckets.front().lowest == 0);
  for (std::size_t i = 1; i < buckets.size(); ++i) REQUIRE(buckets[i].lowest == buckets[i - 1].highest + 1);
  REQUIRE(buckets.back().highest >= Histogram::kHighest);
  for (const auto& bucket : buckets) REQUIRE((bucket.highest - bucket.lowest) * 1000 <= bucket.lowest);
}

TEST_CASE("merging equals recording everything in one", "[unit][metrics]") {
  RandomStream random{11, StreamPurpose::run, 0};
  Values all;
  Histogram merged;
  for (int part = 0; part < 4; ++part) {
    Values values = part % 2 == 0 ? wide(random, 500) : bimodal(random, 500);
    values.push_back(part == 3 ? -1 : 5'000'000'000);
    merged.merge(histogram_of(values));
    all.insert(all.end(), values.begin(), values.end());
  }
  merged.merge(Histogram{});
  CHECK(same(merged, histogram_of(all)));
}

TEST_CASE("merging into an empty histogram copies it, minimum included", "[unit][metrics]") {
  const Histogram one = histogram_of({500, 900});
  Histogram merged;
  merged.merge(one);
  CHECK(same(merged, one));
  CHECK(merged.min() == 500);
}

TEST_CASE("recording a value many times equals recording it that often", "[unit][metrics]") {
  Histogram once, often;
  once.record(1234, 1000);
  once.record(99, 0);
  for (int i = 0; i < 1000; ++i) often.record(1234);
  CHECK(same(once, often));
}

TEST_CASE("a bucket holds more than 32 bits count", "[unit][metrics]") {
  constexpr std::uint64_t kMany = (std::uint64_t{1} << 33) + 5;
  Histogram soak;
  soak.record(0, kMany);
  soak.record(0, std::uint64_t{1} << 32);  // its low 32 bits do not move
  soak.record(7, 3);
  Histogram merged;
  merged.merge(soak);
  merged.merge(soak);
  REQUIRE(merged.buckets().size() == 2);
  CHECK(merged.buckets()[0].count == 2 * (kMany + (std::uint64_t{1} << 32)));
  CHECK(merged.buckets()[1].count == 6);
  CHECK(merged.count() == 2 * (kMany + (std::uint64_t{1} << 32) + 3));
  CHECK(merged.value_at_percentile(99.99) == 0);
  CHECK(merged.value_at_percentile(100) == 7);

  Histogram exact;
  exact.record(4, std::uint64_t{1} << 32);  // the bucket's own 32 bits are zero, yet it is not empty
  REQUIRE(exact.buckets().size() == 1);
  CHECK(exact.buckets()[0].count == std::uint64_t{1} << 32);
}

TEST_CASE("few samples are only noted, and read no differently from counted ones", "[unit][metrics]") {
  RandomStream random{5, StreamPurpose::run, 0};
  const Values values = wide(random, 64);
  const Histogram noted = histogram_of(values);
  CHECK(noted.memory_bytes() == Histogram{}.memory_bytes());
  Histogram counted;
  counted.record(1, 200);
  for (const std::int64_t value : values) counted.record(value);
  Histogram both = noted;
  both.record(1, 200);
  CHECK(same(both, counted));
  CHECK(both.memory_bytes() > noted.memory_bytes());

  Histogram merged;
  merged.merge(histogram_of({5, 5, 7}));
  merged.merge(histogram_of({5, 9'000'000}));
  CHECK(merged.memory_bytes() == Histogram{}.memory_bytes());
  CHECK(same(merged, histogram_of({5, 5, 5, 7, 9'000'000})));
  CHECK(merged.value_at_percentile(60) == 5);
  CHECK(merged.value_at_percentile(61) == 7);
  for (int i = 0; i < 3; ++i) merged.merge(noted);
  CHECK(merged.count() == 3 * 64 + 5);
}

TEST_CASE("pages exist only where something was recorded", "[unit][metrics]") {
  Histogram histogram;
  const std::size_t bare = histogram.memory_bytes();
  CHECK(bare < 450);
  for (int value = 0; value < 128; ++value) histogram.record(value);
  CHECK(histogram.memory_bytes() == bare + 512);
  histogram.record(Histogram::kHighest);
  CHECK(histogram.memory_bytes() == bare + 1024);
}

TEST_CASE("a histogram that was reset records again without allocating", "[unit][metrics]") {
  RandomStream random{3, StreamPurpose::run, 0};
  const Values first = bimodal(random, 1000), second = bimodal(random, 500);
  Histogram histogram = histogram_of(first);
  histogram.reset();
  CHECK(same(histogram, Histogram{}));
  const std::size_t before = thresher::test::allocations();
  for (const std::int64_t value : first) histogram.record(value);
  CHECK(thresher::test::allocations() == before);
  histogram.reset();
  for (const std::int64_t value : second) histogram.record(value);
  CHECK(same(histogram, histogram_of(second)));
  histogram.reset();
  histogram.record(9);
  CHECK(same(histogram, histogram_of({9})));
}

TEST_CASE("a copy holds exactly the pages in use", "[unit][metrics]") {
  Histogram histogram;
  for (const std::int64_t value : {1, 200, 40'000, 5'000'000, 900'000'000}) histogram.record(value, 100);
  histogram.reset();
  histogram.record(3, 100);
  const Histogram copy = histogram;
  CHECK(copy.memory_bytes() == sizeof(Histogram) + 512);
  CHECK(histogram.memory_bytes() > copy.memory_bytes());
}

TEST_CASE("the standard deviation is that of the samples", "[unit][metrics]") {
  const Histogram histogram = histogram_of({2, 4, 4, 4, 5, 5, 7, 9});
  CHECK(histogram.standard_deviation() == Approx(2.0));
  CHECK(histogram_of({700}).standard_deviation() == 0);
}

TEST_CASE("a histogram decodes to the counts it was encoded from", "[unit][metrics]") {
  Histogram histogram;
  CHECK(Histogram::decode(histogram.encode())->count() == 0);
  for (std::int64_t value = 0; value < 4000; ++value) histogram.record(value * value * 200, value % 3 + 1);
  histogram.record(7, 6'000'000'000);
  histogram.record(Histogram::kHighest);
  const auto decoded = Histogram::decode(histogram.encode());
  REQUIRE(decoded);
  const auto expected = histogram.buckets(), found = decoded->buckets();
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].lowest == expected[i].lowest);
    CHECK(found[i].count == expected[i].count);
  }
  CHECK(decoded->value_at_percentile(99) == Approx(histogram.value_at_percentile(99)).epsilon(0.001));
}

TEST_CASE("text that is no histogram is refused, cut and damaged ones too", "[unit][metrics]") {
  Histogram histogram;
  for (std::int64_t value = 1; value < 1000; ++value) histogram.record(value * 1000);
  const std::string encoded = histogram.encode();
  CHECK_FALSE(Histogram::decode(""));
  CHECK_FALSE(Histogram::decode("HIST"));
  CHECK_FALSE(Histogram::decode("not base64!!"));
  for (std::size_t size = 0; size < encoded.size(); size += 4) CHECK_FALSE(Histogram::decode(encoded.substr(0, size)));
  std::size_t refused = 0;
  for (std::size_t place = 0; place < encoded.size(); ++place) {
    std::string damaged = encoded;
    damaged[place] = damaged[place] == 'A' ? 'B' : 'A';
    if (!Histogram::decode(damaged)) ++refused;
  }
  CHECK(refused > encoded.size() * 9 / 10);  // zlib's checksum; what is left differs in unused bits
  CHECK(Histogram::decode(encoded.substr(0, 40)).error().message == "this is no histogram of ours: it is cut");
}

TEST_CASE("the encoding begins as every HdrHistogram tool expects", "[unit][metrics]") {
  // tests/integration/hdr has another implementation read it back.
  CHECK(Histogram{}.encode().substr(0, 9) == "HISTFAAAA");
  CHECK(histogram_of({1, 5000}).encode().size() % 4 == 0);
  CHECK(histogram_of({1, 5000}).encode() == histogram_of({5000, 1}).encode());
  CHECK(histogram_of({1, 5000}).encode() != histogram_of({1, 5004}).encode());
}

TEST_CASE("what the encoding leaves out can be put back, where it fits the buckets", "[unit][metrics]") {
  Histogram original;
  for (const std::int64_t value : std::vector<std::int64_t>{1'234'567, 99, 2'500'003, 4'000'000'000})
    original.record(value);
  Histogram read = Histogram::decode(original.encode()).value();
  CHECK(read.exact() != original.exact());
  REQUIRE(read.restore(original.exact()));
  CHECK(read.exact() == original.exact());
  CHECK(read.mean() == original.mean());
  CHECK(read.clamped() == 1);

  Histogram::Exact wrong = original.exact();
  wrong.min = 5;
  CHECK_FALSE(read.restore(wrong));
  wrong = original.exact();
  wrong.max = Histogram::kHighest + 1;
  CHECK_FALSE(read.restore(wrong));
  CHECK(read.exact() == original.exact());
  CHECK_FALSE(Histogram{}.restore({}));
}
