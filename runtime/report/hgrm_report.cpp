#include "report/hgrm_report.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "base/file.h"

namespace thresher::report {
namespace {

constexpr double kMicrosecondsPerMillisecond = 1000;

class HgrmFile final : public HgrmReport {
 public:
  explicit HgrmFile(std::filesystem::path path) : path_(std::move(path)) {}

  void on_finish(const engine::Snapshot& snapshot) override {
    text_ = hgrm_text(snapshot.totals->aggregate("iteration_response_time").trend);
  }
  Result<void> conclude(const engine::RunSummary&) override { return write_file(path_, text_); }
  std::vector<std::filesystem::path> files() const override { return {path_}; }

 private:
  std::filesystem::path path_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<HgrmReport>> HgrmReport::open(const std::filesystem::path& path) {
  if (auto writable = check_writable(path); !writable) return fail(std::move(writable.error()));
  return std::make_unique<HgrmFile>(path);
}

std::string hgrm_text(const metrics::Histogram& microseconds) {
  constexpr int kStepsPerHalving = 5;
  std::string text =
      fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  const auto total = static_cast<double>(microseconds.count());
  const std::vector<metrics::Histogram::Bucket> buckets = microseconds.buckets();
  double level = 0;         // of the next line, as a share
  double until_half = 0.5;  // where the steps halve next
  double step = 0.5 / kStepsPerHalving;
  std::uint64_t below = 0;
  for (std::size_t index = 0; index < buckets.size(); ++index) {
    below += buckets[index].count;
    const double share = static_cast<double>(below) / total;
    const bool last = index + 1 == buckets.size();
    while (level <= share) {
      const double value =
          static_cast<double>(std::min(buckets[index].highest, microseconds.max())) / kMicrosecondsPerMillisecond;
      if (last && level >= 1 - 1 / total) break;
      text += fmt::format("{:12.3f} {:2.12f} {:10} {:14.2f}\n", value, level, below, 1 / (1 - level));
      level += step;
      if (level < until_half) continue;
      level = until_half;
      until_half += (1 - until_half) / 2;
      step /= 2;
    }
    if (last)
      text += fmt::format("{:12.3f} {:2.12f} {:10}\n",
                          static_cast<double>(microseconds.max()) / kMicrosecondsPerMillisecond, 1.0, below);
  }
  text += fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n",
                      microseconds.mean() / kMicrosecondsPerMillisecond,
                      microseconds.standard_deviation() / kMicrosecondsPerMillisecond);
  text += fmt::format("#[Max     = {:12.3f}, Total count    = {:12}]\n",
                      static_cast<double>(microseconds.max()) / kMicrosecondsPerMillisecond, microseconds.count());
  text += fmt::format("#[Buckets = {:12}, SubBuckets     = {:12}]\n", 22, 2048);
  return text;
}

}  // namespace thresher::report
