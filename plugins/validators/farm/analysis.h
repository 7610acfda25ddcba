#pragma once

#include <thresher/plugin.hpp>

#include <string>
#include <vector>

#include "farm/checks.h"
#include "farm/figures.h"

namespace farm {

/// The Farm document's table of thresholds, with contract part 4's two more: at least `pass`, at least `degraded` (or
/// at most, where less is better).
struct Threshold {
  double pass, degraded;
  bool more_is_better = true;

  thresher::Verdict grade(double value) const;
};
inline constexpr Threshold kCompletionRate{0.95, 0.80}, kChaosRecovery{0.80, 0.50}, kThroughputPerS{1.0, 0.5};
inline constexpr Threshold kErrorRate{0.05, 0.15, false}, kLatencyMs{1000, 2000, false};
inline constexpr double kLatencyMsP99 = 3000, kRetrySuccess = 0.90;

struct Section {
  thresher::Verdict verdict = thresher::Verdict::no_data;
  std::vector<std::string> findings, recommendations;

  void note(thresher::Verdict part, std::string finding);
};

/// The operator's analysis. Points decide, as the document has it; the findings state the Wilson interval, and say when
/// it is too wide to mean much. Nobody fails for what the ground truth says no platform can do: the rates below which
/// it is FAIL are taken of what can be reached (80 % of the workflows that can complete, 50 % of the faults that can be
/// recovered from), and faults without a remedy come on top of the errors allowed.
struct Analysis {
  thresher::Verdict verdict = thresher::Verdict::no_data;
  std::string title, summary;
  Section reliability, performance, resilience;
  std::vector<std::string> recommendations;
  Json metrics;

  /// {verdict, title, summary, sections{reliability, performance, resilience: {verdict, findings}}, recommendations,
  /// metrics}
  Json to_json() const;
};

std::string_view name_of(thresher::Verdict verdict);

/// `problem`: why the run did not come to an end, or empty.
Analysis analyse(const Figures& figures, const std::vector<FarmCheck>& checks, const std::string& problem);

}  // namespace farm
