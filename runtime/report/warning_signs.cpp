#include "report/warning_signs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "report/failure_table.h"
#include "report/number_text.h"

namespace thresher::report {
namespace {

constexpr double kFailuresHigh = 0.01, kGrowthLeast = 1.2, kTrendLeast = 3;
constexpr std::size_t kSecondsLeast = 30;
/// Kendall's statistic looks at all pairs: an hour's seconds would be six million of them, and their thinned selves say
/// the same.
constexpr std::size_t kSecondsMost = 1000;

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<double> steady_medians(const SecondSeries& seconds, bool open_model) {
  const std::uint64_t most = seconds.users.empty() ? 0 : *std::max_element(seconds.users.begin(), seconds.users.end());
  std::vector<double> medians;
  for (std::size_t second = 0; second < seconds.p50_ms.size(); ++second)
    if (seconds.p50_ms[second] && (open_model || seconds.users[second] == most))
      medians.push_back(*seconds.p50_ms[second]);
  const std::size_t step = (medians.size() + kSecondsMost - 1) / kSecondsMost;
  if (step <= 1) return medians;
  std::vector<double> thinned;
  for (std::size_t at = 0; at < medians.size(); at += step) thinned.push_back(medians[at]);
  return thinned;
}

/// Mann and Kendall's z: pairs that rise less pairs that fall, over the deviation of their difference in any order.
double trend_of(const std::vector<double>& values) {
  double rising = 0;
  for (std::size_t later = 1; later < values.size(); ++later)
    for (std::size_t earlier = 0; earlier < later; ++earlier)
      rising += values[later] > values[earlier] ? 1 : values[later] < values[earlier] ? -1 : 0;
  const auto n = static_cast<double>(values.size());
  return rising / std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
}

std::uint64_t failures_by(const std::vector<FailureRow>& rows, std::initializer_list<std::string_view> errors) {
  std::uint64_t count = 0;
  for (const FailureRow& row : rows)
    if (std::find(errors.begin(), errors.end(), row.error) != errors.end()) count += row.occurrences;
  return count;
}

}  // namespace

std::optional<LatencyGrowth> latency_growth(const SecondSeries& seconds, bool open_model) {
  const std::vector<double> medians = steady_medians(seconds, open_model);
  if (medians.size() < kSecondsLeast) return std::nullopt;
  const auto third = static_cast<std::ptrdiff_t>(medians.size() / 3);
  const LatencyGrowth growth{median_of({medians.begin(), medians.begin() + third}),
                             median_of({medians.end() - third, medians.end()})};
  const bool grew = growth.last_ms >= kGrowthLeast * growth.first_ms && trend_of(medians) > kTrendLeast;
  return grew ? std::optional(growth) : std::nullopt;
}

std::vector<std::string> warning_signs(const profile::Plan& plan, const engine::Snapshot& snapshot,
                                       const SecondSeries& seconds) {
  std::vector<std::string> signs;
  const metrics::Aggregate failed = snapshot.totals->aggregate("http_req_failed");
  const double ratio =
      failed.rate.total == 0 ? 0 : static_cast<double>(failed.rate.passes) / static_cast<double>(failed.rate.total);
  if (ratio > kFailuresHigh)
    signs.push_back(
        fmt::format("{} of the requests failed, more than 1%: the system may be overloaded", ratio_text(ratio)));
  const bool open_model = profile::is_open_model(plan.executor);
  if (!open_model || plan.executor == profile::ExecutorKind::constant_arrival_rate) {
    if (const auto growth = latency_growth(seconds, open_model))
      signs.push_back(fmt::format(
          "response times grew under the same load, their median from {} to {}: look for a memory leak or a resource "
          "that runs out",
          time_text(growth->first_ms * 1000), time_text(growth->last_ms * 1000)));
  }
  const std::vector<FailureRow> rows = make_failure_table(*snapshot.totals);
  const auto times = [](std::uint64_t count) { return count_text(count) + (count == 1 ? " request" : " requests"); };
  if (const auto count =
          failures_by(rows, {"connect_refused", "connect_timeout", "unreachable", "reset", "closed", "dns"});
      count > 0)
    signs.push_back(fmt::format("{} had no connection or lost it: see that all agents are up", times(count)));
  if (const auto count = failures_by(rows, {"timeout"}); count > 0)
    signs.push_back(fmt::format(
        "{} timed out: the system is too slow for their time limits, or the limits are too short", times(count)));
  return signs;
}

}  // namespace thresher::report
