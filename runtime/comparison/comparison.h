#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "comparison/measured_run.h"
#include "comparison/percentile_change.h"
#include "comparison/ranks.h"

namespace thresher::comparison {

struct Settings {
  double margin = 0.05;           ///< a time or rate that changed by less is the same: 0.05 is 5 %; in [0, 1)
  double failure_margin = 0.001;  ///< a failure ratio likewise, as a difference: 0.001 is a tenth of a percentage point
  double confidence = 0.95;       ///< of intervals and verdicts, in (0, 1)
};

/// What is said of one figure. `better` and `worse` claim a change beyond the margin, `same` that there is none beyond
/// it; undecided: the observations allow both; no_data: a side has no distribution, or no observation; named: no
/// verdict is due, because the figure follows from how the load was set.
enum class Word { same, better, worse, undecided, no_data, named };

/// bulk: the whole distribution, by ranks; shown by the median. The tails by their percentiles, because ranks hardly
/// see them.
enum class Figure { bulk, p95, p99, failures, rate };
std::string_view name_of(Figure figure);             ///< "response time", "p95", "p99", "failures", "requests/s"
std::string_view word_of(Figure figure, Word word);  ///< as said of it: "slower", "more", "fewer", "lower" ...

struct FigureVerdict {
  Figure figure = Figure::bulk;
  Word word = Word::no_data;
  std::optional<double> first{}, second{};  ///< ms, a ratio 0..1, or per second
  /// Of times and rates relative (0.05: 5 % more), of failures the difference of ratios.
  std::optional<Estimate> change{};
  /// One-sided p-values against the margin, after Holm's correction for all claims of their direction; absent where
  /// nothing was tested.
  std::optional<double> p_worse{}, p_better{};
  std::string reason{};  ///< why undecided, no_data or named; may be empty
};

struct EndpointComparison {
  std::string method{}, name{};                      ///< the last of all is Aggregated
  std::optional<EndpointFigures> first{}, second{};  ///< absent: that run has no such endpoint
  std::optional<RankTest> ranks{};                   ///< of the times as they are, without margin; absent without both
  std::optional<Estimate> slower_probability{};      ///< with its interval, likewise
  std::array<FigureVerdict, 5> figures{};            ///< in the order of Figure
};

/// Two runs side by side.
struct Comparison {
  enum class Verdict { regression, improvement, same, undecided, no_data };
  Settings settings{};
  /// regression when any figure is worse, else improvement when any is better; else no_data when no response time could
  /// be judged; else undecided when any endpoint's bulk or the failures are; else same.
  Verdict verdict = Verdict::no_data;
  /// Why a difference between them need not be the target's: "profile: \"light\" and \"heavy\"". Empty: they may be
  /// compared.
  std::vector<std::string> obstacles{};
  std::vector<std::string> remarks{};  ///< what is worth knowing all the same: other versions, wrong answers
  std::vector<EndpointComparison> endpoints{};
  DesignEffects design_effects{};  ///< of the runs' response times as wholes

  std::size_t count(Word word) const;  ///< of all endpoints' figures
};
std::string_view name_of(Comparison::Verdict verdict);  ///< "REGRESSION", "IMPROVEMENT", "SAME", "UNDECIDED", "NO_DATA"

/// `first` is the earlier or accepted one. Pure: the same runs give the same comparison.
///
/// Each claim of a change errs with at most (1 - confidence) / 2 in all, over all endpoints and figures, because the
/// p-values of a direction are corrected by Holm's method; each `same` errs with that by itself (two one-sided tests:
/// Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987). Requests that depend on one another count
/// for fewer (dependence.h). The comparison is of two runs, not of two builds: what differs between runs of the same
/// build is not in it.
Comparison compare(const MeasuredRun& first, const MeasuredRun& second, const Settings& settings = {});

}  // namespace thresher::comparison
