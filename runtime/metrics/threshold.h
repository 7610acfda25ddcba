#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metrics/totals.h"

namespace thresher::metrics {

/// "p(95)<500": aggregation, comparison, number. Time is in milliseconds.
struct ThresholdExpression {
  enum class Aggregation { count, rate, value, avg, min, max, med, percentile };
  enum class Comparison { less, less_equal, greater, greater_equal, equal, not_equal };
  Aggregation aggregation = Aggregation::count;
  double percentile = 0;  ///< 0..100, of `percentile` only
  Comparison comparison = Comparison::less;
  double bound = 0;
  std::string text;  ///< as written

  bool holds(double observed) const;
};
/// k6's grammar (CONVENTIONS). The error quotes the text and points at the part it does not understand.
Result<ThresholdExpression> parse_threshold_expression(std::string_view text);

/// "http_req_duration{tag:health,name:/x}": a metric and what its series must be tagged with. A value begins after the
/// first colon and ends at a comma, so that URLs and "/users/{id}" need nothing special; in quotes it may hold commas
/// too.
struct MetricSelector {
  std::string metric;
  TagFilter filter;
  std::string text;
};
Result<MetricSelector> parse_metric_selector(std::string_view text);

/// One line of a profile's [thresholds].
struct Threshold {
  MetricSelector selector;
  ThresholdExpression expression;
  bool abort_on_fail = false;
  Nanoseconds delay{};                ///< abort_on_fail is not judged before this much of the run has passed
  std::optional<Nanoseconds> window;  ///< judge every window of this length by itself; one failed window fails
  std::uint64_t min_samples = 0;      ///< fewer are NO_DATA
  std::string where;                  ///< "light.toml:9"

  /// Whether the aggregation fits the metric's kind; the error names what fits.
  Result<void> check_kind(const MetricInfo& metric) const;
};
/// Both parts; errors carry `where`. Whether there is such a metric is the caller's to check: scripts add their own.
Result<Threshold> parse_threshold(std::string_view selector, std::string_view expression, std::string where = {});

enum class ThresholdState { pass, fail, no_data };

struct ThresholdVerdict {
  const Threshold* threshold = nullptr;
  ThresholdState state = ThresholdState::no_data;
  double observed = 0;  ///< meaningless for no_data; with windows: of the last that failed, else of the last judged
  std::uint64_t samples = 0;                    ///< behind `observed`
  std::size_t windows = 0, windows_failed = 0;  ///< judged; those with too few samples are not
  bool crossed_abort = false;                   ///< was seen failed, with abort_on_fail, past its delay; stays
};

/// What a run that goes on elsewhere takes over of a verdict; the rest follows from its totals.
struct ThresholdProgress {
  double observed = 0;
  std::uint64_t samples = 0;
  std::size_t windows = 0, windows_failed = 0;
  friend bool operator==(const ThresholdProgress&, const ThresholdProgress&) = default;
};

/// Judges a run's thresholds once a second. Coordinator's thread.
///
/// A rate, gauge or trend nobody observed is NO_DATA, and so is a counter without a series. A counter that has a series
/// was watched and counted nothing: it is 0, and judged, so that "dropped_iterations: count<1" passes in a run that
/// dropped none.
class ThresholdJudge {
 public:
  explicit ThresholdJudge(std::vector<Threshold> thresholds);
  ThresholdJudge(const ThresholdJudge&) = delete;  ///< verdicts point at its thresholds
  ThresholdJudge& operator=(const ThresholdJudge&) = delete;

  /// Before anything else: goes on after `elapsed` of a run that was judged so far. A window that was open begins anew.
  /// `earlier` is in the order of the thresholds.
  void go_on_from(const std::vector<ThresholdProgress>& earlier, Nanoseconds elapsed);
  std::vector<ThresholdProgress> progress() const;

  /// After a second's deltas were added. `elapsed` since load began.
  void second_passed(const Totals& totals, Nanoseconds elapsed);
  /// Judges what second_passed() has not seen yet and closes the last windows, however short; only a `count` is not
  /// asked of a short one, for which its bound was not meant.
  void finish(const Totals& totals, Nanoseconds elapsed);
  const std::vector<ThresholdVerdict>& verdicts() const { return verdicts_; }
  bool must_abort() const;

 private:
  struct Window {
    Aggregate gathered;
    Nanoseconds began{};
  };

  void close_window(std::size_t index, Nanoseconds elapsed);

  std::vector<Threshold> thresholds_;
  std::vector<ThresholdVerdict> verdicts_;
  std::vector<Window> windows_;  ///< parallel to thresholds_; used by those with a window
  Nanoseconds judged_until_{};
  std::uint64_t second_judged_ = 0;  ///< Totals::second() gathered last
};

}  // namespace thresher::metrics
