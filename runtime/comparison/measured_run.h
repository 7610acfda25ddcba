#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "comparison/dependence.h"
#include "metrics/histogram.h"

namespace thresher::comparison {

/// One endpoint of one run. Times in milliseconds; absent: nothing was observed, or the source does not say.
struct EndpointFigures {
  std::uint64_t requests = 0, failures = 0;
  double rate_per_s = 0;
  std::optional<double> mean_ms{}, p50_ms{}, p95_ms{}, p99_ms{}, max_ms{};
};

struct MeasuredEndpoint {
  std::string method{}, name{};
  EndpointFigures figures{};
  std::optional<metrics::Histogram> durations{};  ///< in microseconds; absent: only figures are known
};
inline constexpr std::string_view kAggregated = "Aggregated";  ///< the name of all endpoints together, without a method

/// A run as far as it can be compared with another.
struct MeasuredRun {
  std::string label{};            ///< what the user called it: a file, a run's id
  std::string conditions = "{}";  ///< JSON object of what has to be equal for two runs to be comparable
  /// Reasons why it cannot stand for its target, each a clause: "is INVALID: its generator was the limit".
  std::vector<std::string> faults{};
  std::vector<std::string> remarks{};  ///< what is worth knowing all the same, likewise: "is DEGRADED: ..."
  std::string version{}, host{}, started{}, verdict{}, validity{};  ///< empty: not known
  std::optional<std::uint64_t> seed{};
  std::optional<bool> open_model{};
  std::optional<double> users{};  ///< the most there were
  std::vector<MeasuredEndpoint> endpoints{};
  Seconds seconds{};  ///< times in microseconds; empty: not known

  const MeasuredEndpoint* find(std::string_view method, std::string_view name) const;
};

/// What a report's text says: of ours (`--json`, schema thresher.report/1), or of k6 (`--summary-export` or the data of
/// handleSummary), which has percentiles and no distributions: its http_req_duration is Aggregated, the tagged ones are
/// endpoints named by their tags. The error says what the text is not. Pure.
Result<MeasuredRun> read_measured_run(std::string_view text, std::string label);

/// A condition two runs do not share, each side as JSON or empty.
struct ConditionDifference {
  std::string key, first, second;
};
/// Both JSON objects; of texts that are none the difference is the whole.
std::vector<ConditionDifference> differences_of(std::string_view first, std::string_view second);

}  // namespace thresher::comparison
