#include "report/hgrm_report.h"

#include <catch2/catch.hpp>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;

TEST_CASE("the percentile distribution has HdrHistogram's columns, steps and footer", "[unit][report]") {
  metrics::Histogram histogram;
  histogram.record(1'000, 3);
  histogram.record(2'000);
  const std::string text = hgrm_text(histogram);
  CHECK(text.find("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
                  "       1.000 0.000000000000          3           1.00\n"
                  "       1.000 0.100000000000          3           1.11\n") == 0);
  CHECK(text.find("       2.000 1.000000000000          4\n") != std::string::npos);
  CHECK(text.find("#[Mean    =        1.250, StdDeviation   =") != std::string::npos);
  CHECK(text.find("#[Max     =        2.000, Total count    =            4]\n") != std::string::npos);
}

TEST_CASE("the distribution is that of the iterations' response time", "[unit][report]") {
  const ScratchFolder folder;
  FakeRun fake;
  fake.iteration(40ms, 10ms);
  fake.second();
  auto report = HgrmReport::open(folder / "run.hgrm");
  REQUIRE(report);
  (*report)->on_finish(fake.snapshot());
  REQUIRE((*report)->conclude(fake.summary()));
  CHECK(contents_of(folder / "run.hgrm").find("      50.000 1.000000000000          1\n") != std::string::npos);
  CHECK_FALSE(HgrmReport::open(folder / "run.hgrm/x"));
}
