#include "report/trend_stats.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace thresher::report {
namespace {

Result<TrendStat> parse_trend_stat(std::string_view text) {
  TrendStat stat{TrendStat::Kind::avg, 0, std::string(text)};
  if (text == "avg") return stat;
  for (const auto& [name, kind] :
       {std::pair("min", TrendStat::Kind::min), std::pair("med", TrendStat::Kind::med),
        std::pair("max", TrendStat::Kind::max), std::pair("count", TrendStat::Kind::count)}) {
    if (text == name) {
      stat.kind = kind;
      return stat;
    }
  }
  if (text.starts_with("p(") && text.ends_with(")")) {
    const std::string_view number = text.substr(2, text.size() - 3);
    const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), stat.percentile);
    const bool whole = problem == std::errc{} && end == number.data() + number.size();
    if (whole && stat.percentile >= 0 && stat.percentile <= 100) {
      stat.kind = TrendStat::Kind::percentile;
      return stat;
    }
  }
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("unknown trend statistic '{}'; there are avg, min, med, max, count and p(0) to p(100)", text));
}

}  // namespace

double TrendStat::of(const metrics::Histogram& histogram) const {
  switch (kind) {
    case Kind::min:
      return static_cast<double>(histogram.min()) / 1000;
    case Kind::med:
      return static_cast<double>(histogram.value_at_percentile(50)) / 1000;
    case Kind::max:
      return static_cast<double>(histogram.max()) / 1000;
    case Kind::count:
      return static_cast<double>(histogram.count());
    case Kind::percentile:
      return static_cast<double>(histogram.value_at_percentile(percentile)) / 1000;
    default:
      return histogram.mean() / 1000;
  }
}

Result<std::vector<TrendStat>> parse_trend_stats(std::string_view list) {
  std::vector<TrendStat> stats;
  for (const std::string_view part : split(list, ",")) {
    Result<TrendStat> stat = parse_trend_stat(part);
    if (!stat) return fail(std::move(stat.error()));
    stats.push_back(std::move(*stat));
  }
  if (stats.empty()) return fail(ErrorCode::invalid_argument, "the list of trend statistics is empty");
  return stats;
}

}  // namespace thresher::report
