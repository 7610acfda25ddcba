#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/distribution_shift.h"
#include "store/run_record.h"

namespace thresher::store {

/// One endpoint of one run, from its document. Times in milliseconds; absent: nothing was observed.
struct EndpointFigures {
  std::uint64_t requests = 0, failures = 0;
  double rate_per_s = 0;
  std::optional<double> mean_ms, p50_ms, p95_ms, p99_ms, max_ms;
};

struct EndpointComparison {
  std::string method, name;                      ///< the last of all is named Aggregated, without a method
  std::optional<EndpointFigures> first, second;  ///< absent: that run has no such endpoint
  std::optional<DistributionShift> shift;        ///< of the response times; absent without both histograms
};

/// Two runs side by side.
struct Comparison {
  /// Why a difference between them need not be the target's: "profile: \"light\" and \"heavy\"". Empty: they may be
  /// compared.
  std::vector<std::string> obstacles;
  std::vector<std::string> remarks;  ///< what is worth knowing all the same: other versions, wrong answers
  std::vector<EndpointComparison> endpoints;
};

/// `first` is the earlier or accepted one. Both with their documents; without, or of a kind whose document has no
/// requests, only the aggregated figures are compared. Pure.
Comparison compare(const RunRecord& first, const RunRecord& second);

}  // namespace thresher::store
