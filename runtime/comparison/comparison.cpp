#include "comparison/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <utility>

#include "comparison/distributions.h"
#include "comparison/figure_tests.h"
#include "comparison/holm.h"

namespace thresher::comparison {
namespace {

using Key = std::pair<std::string, std::string>;  ///< name and method: a report's own order

Key key_of(const MeasuredEndpoint& endpoint) { return {endpoint.name, endpoint.method}; }
bool is_aggregated(const Key& key) { return key.first == kAggregated && key.second.empty(); }

/// A run with what is computed of it once.
class Side {
 public:
  explicit Side(const MeasuredRun& run) {
    for (const MeasuredEndpoint& endpoint : run.endpoints) {
      EndpointSide side{.run = &run, .dependence = &dependence_, .endpoint = &endpoint};
      if (endpoint.durations) side.sample = &samples_.emplace_back(*endpoint.durations);
      endpoints_.emplace(key_of(endpoint), side);
    }
    const EndpointSide* all = find({std::string(kAggregated), ""});
    if (all != nullptr && all->sample != nullptr) dependence_ = Dependence(run.seconds, *all->sample);
  }
  Side(const Side&) = delete;  ///< endpoints_ points into it

  const EndpointSide* find(const Key& key) const {
    const auto found = endpoints_.find(key);
    return found == endpoints_.end() ? nullptr : &found->second;
  }
  const std::map<Key, EndpointSide>& endpoints() const { return endpoints_; }
  double design_effect() const {
    const EndpointSide* all = find({std::string(kAggregated), ""});
    return dependence_.of_times(50, all == nullptr ? 0 : static_cast<double>(all->endpoint->figures.requests));
  }
  bool dependence_measured() const { return dependence_.measured(); }

 private:
  Dependence dependence_;
  std::deque<Sample> samples_;
  std::map<Key, EndpointSide> endpoints_;
};

EndpointComparison compare_endpoint(const Key& key, const EndpointSide* first, const EndpointSide* second,
                                    const Settings& settings) {
  EndpointComparison row{.method = key.second, .name = key.first};
  for (std::size_t figure = 0; figure < row.figures.size(); ++figure)
    row.figures[figure] = {.figure = static_cast<Figure>(figure), .reason = "only one of the runs has it"};
  if (first != nullptr) row.first = first->endpoint->figures;
  if (second != nullptr) row.second = second->endpoint->figures;
  if (first == nullptr || second == nullptr) return row;
  row.figures = {test_bulk(*first, *second, settings), test_percentile(Figure::p95, *first, *second, settings),
                 test_percentile(Figure::p99, *first, *second, settings), test_failures(*first, *second, settings),
                 test_rate(*first, *second, settings)};
  const bool have_both = first->sample != nullptr && second->sample != nullptr;
  if (!have_both || first->sample->count == 0 || second->sample->count == 0) return row;
  row.ranks = rank_test(*first->sample, *second->sample, 1, first->effects_with(*second, 50));
  const double probability = row.ranks->slower_probability;
  const double reach = normal_quantile((1 + settings.confidence) / 2) * row.ranks->standard_error;
  row.slower_probability = {probability, std::max(0.0, probability - reach), std::min(1.0, probability + reach)};
  return row;
}

void correct(std::vector<EndpointComparison>& rows, std::optional<double> FigureVerdict::*p_value) {
  std::vector<std::optional<double>*> claims;
  std::vector<double> values;
  for (EndpointComparison& row : rows) {
    for (FigureVerdict& verdict : row.figures) {
      if (!(verdict.*p_value)) continue;
      claims.push_back(&(verdict.*p_value));
      values.push_back(*(verdict.*p_value));
    }
  }
  const std::vector<double> adjusted = holm_adjusted(values);
  for (std::size_t at = 0; at < claims.size(); ++at) *claims[at] = adjusted[at];
}

/// The words, and only then the correction's results in place of the p-values: `same` needs them as they were.
void pass_verdicts(std::vector<EndpointComparison>& rows, const Settings& settings) {
  const double level = (1 - settings.confidence) / 2;
  std::vector<EndpointComparison> corrected = rows;
  correct(corrected, &FigureVerdict::p_worse);
  correct(corrected, &FigureVerdict::p_better);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t figure = 0; figure < rows[row].figures.size(); ++figure) {
      const FigureVerdict& raw = rows[row].figures[figure];
      FigureVerdict& verdict = corrected[row].figures[figure];
      if (!raw.p_worse || !raw.p_better) continue;
      const bool same = 1 - *raw.p_worse < level && 1 - *raw.p_better < level;
      verdict.word = *verdict.p_worse < level    ? Word::worse
                     : *verdict.p_better < level ? Word::better
                     : same                      ? Word::same
                                                 : Word::undecided;
      if (verdict.word == Word::undecided) verdict.reason = "not proven either way";
    }
  }
  rows = std::move(corrected);
}

Comparison::Verdict verdict_of(const Comparison& comparison) {
  using Verdict = Comparison::Verdict;
  if (comparison.count(Word::worse) > 0) return Verdict::regression;
  if (comparison.count(Word::better) > 0) return Verdict::improvement;
  bool any_judged = false, all_decided = true;
  for (const EndpointComparison& row : comparison.endpoints) {
    const Word bulk = row.figures[0].word, failures = row.figures[3].word;
    any_judged = any_judged || bulk != Word::no_data;
    all_decided = all_decided && bulk != Word::undecided && failures != Word::undecided;
  }
  return !any_judged ? Verdict::no_data : all_decided ? Verdict::same : Verdict::undecided;
}

void find_obstacles(const MeasuredRun& first, const MeasuredRun& second, std::vector<std::string>& obstacles) {
  if (first.conditions != "{}" && second.conditions != "{}") {
    for (const ConditionDifference& difference : differences_of(first.conditions, second.conditions)) {
      const auto side = [](const std::string& json) { return json.empty() ? "none" : json; };
      constexpr std::size_t kShown = 60;  // of each side
      const bool brief = difference.first.size() <= kShown && difference.second.size() <= kShown;
      obstacles.push_back(
          brief ? fmt::format("{}: {} and {}", difference.key, side(difference.first), side(difference.second))
                : fmt::format("{} differ", difference.key));
    }
  }
  for (const MeasuredRun* run : {&first, &second})
    for (const std::string& fault : run->faults) obstacles.push_back(fmt::format("{} {}", run->label, fault));
}

void find_remarks(const MeasuredRun& first, const MeasuredRun& second, std::vector<std::string>& remarks) {
  if (first.version != second.version)
    remarks.push_back(fmt::format("versions of thresher: {} and {}", first.version.empty() ? "unknown" : first.version,
                                  second.version.empty() ? "unknown" : second.version));
  if (first.seed && second.seed && first.seed != second.seed)
    remarks.push_back(
        fmt::format("seeds: {} and {}, so users did other things in another order", *first.seed, *second.seed));
  for (const MeasuredRun* run : {&first, &second})
    for (const std::string& remark : run->remarks) remarks.push_back(fmt::format("{} {}", run->label, remark));
}

void remark_on_rows(const Comparison& comparison, std::vector<std::string>& remarks) {
  constexpr double kMixDiffers = 0.02;
  const EndpointComparison& all = comparison.endpoints.back();
  bool mix_differs = false;
  for (const EndpointComparison& row : comparison.endpoints) {
    const std::string title = row.method.empty() ? row.name : row.method + " " + row.name;
    if (!row.first || !row.second) {
      remarks.push_back(fmt::format("{} is only in the {}", title, row.first ? "first run" : "second run"));
      continue;
    }
    if (!all.first || !all.second || all.first->requests == 0 || all.second->requests == 0) continue;
    const auto share = [](const EndpointFigures& part, const EndpointFigures& whole) {
      return static_cast<double>(part.requests) / static_cast<double>(whole.requests);
    };
    mix_differs =
        mix_differs || std::abs(share(*row.first, *all.first) - share(*row.second, *all.second)) > kMixDiffers;
    if (row.figures[3].word == Word::worse || row.figures[3].word == Word::better)
      remarks.push_back(fmt::format("{}: its times include those of failures, which changed in number", title));
  }
  if (mix_differs) remarks.push_back("endpoints have other shares of the requests: Aggregated compares another mix");
}

}  // namespace

std::string_view name_of(Figure figure) {
  constexpr std::array<std::string_view, 5> kNames = {"response time", "p95", "p99", "failures", "requests/s"};
  return kNames[static_cast<std::size_t>(figure)];
}

std::string_view word_of(Figure figure, Word word) {
  switch (word) {
    case Word::same:
      return "same";
    case Word::better:
      return figure == Figure::failures ? "fewer" : figure == Figure::rate ? "higher" : "faster";
    case Word::worse:
      return figure == Figure::failures ? "more" : figure == Figure::rate ? "lower" : "slower";
    case Word::undecided:
      return "undecided";
    case Word::no_data:
      return "NO_DATA";
    case Word::named:
      return "not judged";
  }
  return "?";
}

std::string_view name_of(Comparison::Verdict verdict) {
  constexpr std::array<std::string_view, 5> kNames = {"REGRESSION", "IMPROVEMENT", "SAME", "UNDECIDED", "NO_DATA"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::size_t Comparison::count(Word word) const {
  std::size_t sum = 0;
  for (const EndpointComparison& row : endpoints)
    for (const FigureVerdict& figure : row.figures) sum += figure.word == word ? 1 : 0;
  return sum;
}

Comparison compare(const MeasuredRun& first, const MeasuredRun& second, const Settings& settings) {
  const Side one(first), other(second);
  Comparison comparison{.settings = settings, .design_effects = {one.design_effect(), other.design_effect()}};
  std::map<Key, bool> keys;
  for (const Side* side : {&one, &other})
    for (const auto& [key, unused] : side->endpoints()) keys.emplace(key, is_aggregated(key));
  for (const bool aggregated : {false, true})
    for (const auto& [key, is_all] : keys)
      if (is_all == aggregated)
        comparison.endpoints.push_back(compare_endpoint(key, one.find(key), other.find(key), settings));
  pass_verdicts(comparison.endpoints, settings);
  comparison.verdict = verdict_of(comparison);
  find_obstacles(first, second, comparison.obstacles);
  find_remarks(first, second, comparison.remarks);
  if (!comparison.endpoints.empty()) remark_on_rows(comparison, comparison.remarks);
  for (const auto& [side, run] : {std::pair(&one, &first), std::pair(&other, &second)})
    if (!side->dependence_measured())
      comparison.remarks.push_back(fmt::format(
          "{} tells too little of its seconds to know how far requests depend on one another: {:.0f} count as one",
          run->label, Dependence::kAssumed));
  return comparison;
}

}  // namespace thresher::comparison
