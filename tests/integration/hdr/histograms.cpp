// Prints histograms of many shapes as JSON: encoded, and what we ourselves say of them. compare.mjs decodes the
// encoding with hdr-histogram-js and holds every figure against its answer.

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/random.h"
#include "metrics/histogram.h"

using thresher::RandomStream;
using thresher::StreamPurpose;
using thresher::metrics::Histogram;

namespace {

constexpr std::array kPercentiles = {1.0,  10.0, 25.0, 33.3, 50.0, 66.0,  75.0,  80.0,   90.0,
                                     95.0, 98.0, 99.0, 99.5, 99.9, 99.95, 99.99, 99.999, 100.0};

template <class Draw>
Histogram filled(std::size_t samples, Draw&& draw) {
  Histogram histogram;
  for (std::size_t i = 0; i < samples; ++i) histogram.record(draw());
  return histogram;
}

void print(std::string_view name, const Histogram& histogram, bool is_last = false) {
  std::string percentiles, buckets;
  for (const double percentile : kPercentiles) {
    percentiles +=
        fmt::format("{}[{},{}]", percentiles.empty() ? "" : ",", percentile, histogram.value_at_percentile(percentile));
  }
  for (const auto& bucket : histogram.buckets()) {
    buckets += fmt::format("{}[{},{},{}]", buckets.empty() ? "" : ",", bucket.lowest, bucket.highest, bucket.count);
  }
  fmt::print(
      R"({{"name":"{}","count":{},"min":{},"max":{},"mean":{},"deviation":{},"percentiles":[{}],"buckets":[{}],"encoded":"{}"}}{})"
      "\n",
      name, histogram.count(), histogram.min(), histogram.max(), histogram.mean(), histogram.standard_deviation(),
      percentiles, buckets, histogram.encode(), is_last ? "" : ",");
}

}  // namespace

int main() {
  RandomStream random{2026, StreamPurpose::run, 0};
  const auto local = [&] { return static_cast<std::int64_t>(80 + random.exponential(120)); };
  const auto remote = [&] { return std::llround(std::exp(random.normal(std::log(42'000), 0.6))); };
  const auto wide = [&] { return std::llround(std::pow(10.0, random.uniform(0, 9.55))); };
  const auto bimodal = [&] { return random.below(100) < 3 ? 950'000 + local() : local(); };

  Histogram clamped = filled(1000, remote);
  clamped.record(-7);
  clamped.record(4'000'000'000, 12);
  Histogram soak;
  soak.record(0, (std::uint64_t{1} << 33) + 17);
  soak.record(1500, 1'000'000'007);
  soak.record(60'000'000);
  Histogram every_width;
  for (std::int64_t value = 1; value <= Histogram::kHighest; value = value * 2 + 1) {
    every_width.record(value);
    every_width.record(value - 1, 3);
  }
  Histogram merged;
  for (const auto& part : {filled(400, local), filled(400, remote), filled(20, wide)}) merged.merge(part);

  fmt::print("[");
  print("empty", Histogram{});
  print("one zero", filled(1, [] { return 0; }));
  print("one value", filled(1, [] { return 123'456; }));
  print("the greatest value", filled(3, [] { return Histogram::kHighest; }));
  print("few", filled(17, remote));
  print("local service", filled(20'000, local));
  print("remote service", filled(20'000, remote));
  print("bimodal", filled(20'000, bimodal));
  print("wide", filled(50'000, wide));
  print("clamped", clamped);
  print("counts beyond 32 bits", soak);
  print("edges of every bucket width", every_width);
  print("merged", merged, true);
  fmt::print("]\n");
}
