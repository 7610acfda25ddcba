#include <cmath>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "metrics/threshold.h"

using namespace thresher::metrics;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// What was read is in range, keeps the text, and reads the same from it.
void check_expression(std::string_view text) {
  const auto parsed = parse_threshold_expression(text);
  if (!parsed) return require(!parsed.error().message.empty());
  require(parsed->percentile >= 0 && parsed->percentile <= 100 && std::isfinite(parsed->bound));
  require(parsed->text == thresher::trim(text));
  const auto again = parse_threshold_expression(parsed->text);
  require(again && again->bound == parsed->bound && again->comparison == parsed->comparison &&
          again->aggregation == parsed->aggregation && again->percentile == parsed->percentile);
}

void check_selector(std::string_view text) {
  const auto parsed = parse_metric_selector(text);
  if (!parsed) return require(!parsed.error().message.empty());
  require(!parsed->metric.empty());
  for (const auto& [key, value] : parsed->filter.wanted) require(!key.empty());
  require(parsed->filter.matches(parsed->filter.wanted));
  const auto again = parse_metric_selector(parsed->text);
  require(again && again->metric == parsed->metric && again->filter.wanted == parsed->filter.wanted);
}

}  // namespace

/// The first line is a selector, the rest an expression, as a profile's [thresholds] pairs them; each is also tried as
/// the other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::size_t line = text.find('\n');
  const std::string_view selector = text.substr(0, line);
  const std::string_view expression = line == std::string_view::npos ? std::string_view{} : text.substr(line + 1);
  for (const std::string_view part : {selector, expression}) {
    check_selector(part);
    check_expression(part);
  }
  const auto threshold = parse_threshold(selector, expression, "fuzz.toml:1");
  if (!threshold) require(threshold.error().where == "fuzz.toml:1");
  return 0;
}
