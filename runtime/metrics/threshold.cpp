#include "metrics/threshold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace thresher::metrics {
namespace {

using Aggregation = ThresholdExpression::Aggregation;
using Comparison = ThresholdExpression::Comparison;

struct NamedAggregation {
  std::string_view name;
  Aggregation aggregation;
};
constexpr std::array<NamedAggregation, 7> kAggregations = {{{"count", Aggregation::count},
                                                            {"rate", Aggregation::rate},
                                                            {"value", Aggregation::value},
                                                            {"avg", Aggregation::avg},
                                                            {"min", Aggregation::min},
                                                            {"max", Aggregation::max},
                                                            {"med", Aggregation::med}}};

struct NamedComparison {
  std::string_view sign;
  Comparison comparison;
};
/// The longer sign first: "<=" begins with "<".
constexpr std::array<NamedComparison, 7> kComparisons = {{{"===", Comparison::equal},
                                                          {"==", Comparison::equal},
                                                          {"!=", Comparison::not_equal},
                                                          {"<=", Comparison::less_equal},
                                                          {">=", Comparison::greater_equal},
                                                          {"<", Comparison::less},
                                                          {">", Comparison::greater}}};

/// A text read from the left; what is wrong is said with the column it was found at.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool at_end() const { return at_ == text_.size(); }
  bool take(std::string_view wanted) {
    if (text_.substr(at_, wanted.size()) != wanted) return false;
    at_ += wanted.size();
    return true;
  }
  std::string_view take_word() {
    const std::size_t began = at_;
    while (at_ < text_.size() && text_[at_] >= 'a' && text_[at_] <= 'z') ++at_;
    return text_.substr(began, at_ - began);
  }
  std::optional<double> take_number() {
    double number = 0;
    const auto [end, problem] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (problem != std::errc{} || !std::isfinite(number)) return std::nullopt;
    at_ = static_cast<std::size_t>(end - text_.data());
    return number;
  }
  auto problem(std::string_view expected) const {
    const std::string found = at_end() ? "the end" : fmt::format("'{}'", text_.substr(at_));
    return fail(ErrorCode::parse,
                fmt::format("threshold '{}': expected {} at column {}, found {}", text_, expected, at_ + 1, found));
  }
  void step_back(std::size_t characters) { at_ -= characters; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

Result<void> read_aggregation(Reader& reader, ThresholdExpression& expression) {
  const std::string_view word = reader.take_word();
  if (word == "p") {
    if (!reader.take("(")) return reader.problem("'(' after p");
    reader.skip_blanks();
    const std::optional<double> percentile = reader.take_number();
    if (!percentile) return reader.problem("a percentile such as 95 or 99.9");
    if (*percentile < 0 || *percentile > 100) {
      return fail(ErrorCode::parse,
                  fmt::format("threshold '{}': percentile {} is not between 0 and 100", expression.text, *percentile));
    }
    reader.skip_blanks();
    if (!reader.take(")")) return reader.problem("')' after the percentile");
    expression.aggregation = Aggregation::percentile;
    expression.percentile = *percentile;
    return {};
  }
  for (const auto& [name, aggregation] : kAggregations) {
    if (word != name) continue;
    expression.aggregation = aggregation;
    return {};
  }
  reader.step_back(word.size());
  return reader.problem("one of count, rate, value, avg, min, max, med, p(N)");
}

bool is_metric_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

/// Where the filter that begins at `begin` ends: at the next comma outside quotes. Quotes count only at a value's
/// beginning.
std::size_t end_of_filter(std::string_view text, std::size_t begin) {
  const std::size_t comma = text.find(',', begin);
  const std::size_t colon = text.find(':', begin);
  if (colon == std::string_view::npos || comma < colon) return std::min(comma, text.size());
  const std::size_t value = text.find_first_not_of(" \t", colon + 1);
  if (value == std::string_view::npos || (text[value] != '"' && text[value] != '\''))
    return std::min(comma, text.size());
  const std::size_t closing = text.find(text[value], value + 1);
  return std::min(text.find(',', closing == std::string_view::npos ? value : closing), text.size());
}

std::string_view without_quotes(std::string_view value) {
  const bool is_quoted =
      value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

Result<void> read_filters(std::string_view inside, std::string_view text, Tags& wanted) {
  for (std::size_t begin = 0; begin <= inside.size();) {
    const std::size_t end = end_of_filter(inside, begin);
    const std::string_view filter = inside.substr(begin, end - begin);
    const std::size_t colon = filter.find(':');
    const std::string_view key = trim(filter.substr(0, colon));
    if (colon == std::string_view::npos || key.empty()) {
      return fail(ErrorCode::parse, fmt::format("threshold selector '{}': '{}' is not key:value", text, trim(filter)));
    }
    wanted.emplace_back(key, without_quotes(trim(filter.substr(colon + 1))));
    begin = end + 1;
  }
  sort_tags(wanted);
  return {};
}

struct KindFit {
  std::string_view article_and_name;
  std::string_view aggregations;
};
KindFit fit_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return {"a counter", "count or rate"};
    case MetricKind::gauge:
      return {"a gauge", "value"};
    case MetricKind::rate:
      return {"a rate", "rate"};
    case MetricKind::trend:
      break;
  }
  return {"a trend", "avg, min, max, med or p(N)"};
}

bool fits(Aggregation aggregation, MetricKind kind) {
  switch (aggregation) {
    case Aggregation::count:
      return kind == MetricKind::counter;
    case Aggregation::rate:
      return kind == MetricKind::counter || kind == MetricKind::rate;
    case Aggregation::value:
      return kind == MetricKind::gauge;
    default:
      return kind == MetricKind::trend;
  }
}

}  // namespace

bool ThresholdExpression::holds(double observed) const {
  switch (comparison) {
    case Comparison::less:
      return observed < bound;
    case Comparison::less_equal:
      return observed <= bound;
    case Comparison::greater:
      return observed > bound;
    case Comparison::greater_equal:
      return observed >= bound;
    case Comparison::equal:
      return observed == bound;
    case Comparison::not_equal:
      break;
  }
  return observed != bound;
}

Result<ThresholdExpression> parse_threshold_expression(std::string_view text) {
  text = trim(text);
  Reader reader{text};
  ThresholdExpression expression;
  expression.text = text;
  if (auto read = read_aggregation(reader, expression); !read) return fail(std::move(read.error()));
  reader.skip_blanks();
  const auto comparison = std::find_if(kComparisons.begin(), kComparisons.end(),
                                       [&reader](const NamedComparison& named) { return reader.take(named.sign); });
  if (comparison == kComparisons.end()) return reader.problem("one of < <= > >= == === !=");
  expression.comparison = comparison->comparison;
  reader.skip_blanks();
  const std::optional<double> bound = reader.take_number();
  if (!bound) return reader.problem("a number");
  expression.bound = *bound;
  if (!reader.at_end()) return reader.problem("nothing after the number");
  return expression;
}

Result<MetricSelector> parse_metric_selector(std::string_view text) {
  text = trim(text);
  const std::size_t brace = text.find('{');
  MetricSelector selector{std::string(trim(text.substr(0, brace))), {}, std::string(text)};
  if (!is_metric_name(selector.metric)) {
    return fail(ErrorCode::parse,
                fmt::format("threshold selector '{}': '{}' is not a metric's name", text, selector.metric));
  }
  if (brace == std::string_view::npos) return selector;
  if (text.back() != '}') {
    return fail(ErrorCode::parse, fmt::format("threshold selector '{}': expected '}}' at its end", text));
  }
  const std::string_view inside = text.substr(brace + 1, text.size() - brace - 2);
  if (auto read = read_filters(inside, text, selector.filter.wanted); !read) return fail(std::move(read.error()));
  return selector;
}

Result<void> Threshold::check_kind(const MetricInfo& metric) const {
  if (fits(expression.aggregation, metric.kind)) return {};
  const KindFit fit = fit_of(metric.kind);
  return fail(ErrorCode::invalid_argument,
              fmt::format("threshold '{}' does not fit {}, which is {}: use {}", expression.text, metric.name,
                          fit.article_and_name, fit.aggregations),
              where);
}

Result<Threshold> parse_threshold(std::string_view selector, std::string_view expression, std::string where) {
  Threshold threshold;
  const auto at_where = [&where](Error error) {
    error.where = where;
    return fail(std::move(error));
  };
  auto parsed_selector = parse_metric_selector(selector);
  if (!parsed_selector) return at_where(std::move(parsed_selector.error()));
  auto parsed_expression = parse_threshold_expression(expression);
  if (!parsed_expression) return at_where(std::move(parsed_expression.error()));
  threshold.selector = std::move(*parsed_selector);
  threshold.expression = std::move(*parsed_expression);
  threshold.where = std::move(where);
  return threshold;
}

}  // namespace thresher::metrics
