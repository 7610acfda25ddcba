#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "base/text.h"
#include "report/csv_text.h"
#include "report/json_number.h"
#include "report/sample_output.h"

namespace thresher::report {
namespace {

std::string json_string(std::string_view text) { return json_text(Json(text)); }

/// Go's time.RFC3339Nano: as many digits of the second as it takes, "2026-11-21T02:46:00.25Z".
std::string rfc3339_nano(WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  std::string text = format_wall_time(second);
  const auto fraction = (time - second).count();
  if (fraction == 0) return text;
  std::string digits = fmt::format(".{:09}", fraction);
  digits.erase(digits.find_last_not_of('0') + 1);
  return text.insert(text.size() - 1, digits);  // before the Z
}

std::string_view kind_name(metrics::MetricKind kind) {
  switch (kind) {
    case metrics::MetricKind::gauge:
      return "gauge";
    case metrics::MetricKind::rate:
      return "rate";
    case metrics::MetricKind::trend:
      return "trend";
    default:
      return "counter";
  }
}

std::string_view contains_name(metrics::Contains contains) {
  switch (contains) {
    case metrics::Contains::time:
      return "time";
    case metrics::Contains::data:
      return "data";
    default:
      return "default";
  }
}

/// k6 prints a plain threshold as its text and one that may abort as an object.
Json threshold_of(const metrics::Threshold& threshold) {
  if (!threshold.abort_on_fail) return threshold.expression.text;
  return {{"threshold", threshold.expression.text},
          {"abortOnFail", true},
          {"delayAbortEval", format_duration(threshold.delay)}};
}

class JsonSamples final : public SampleFormatter {
 public:
  std::string header() const override { return {}; }

  void add(std::string& text, const metrics::Totals::ResolvedSample& sample, WallTime at,
           const std::vector<metrics::ThresholdVerdict>& thresholds) override {
    const metrics::MetricInfo& metric = sample.series->metric;
    if (introduced_.insert(metric.name).second) introduce(text, metric, thresholds);
    text += R"({"type":"Point","data":{"time":")" + rfc3339_nano(at) + R"(","value":)";
    text += json_text(json_number(sample.value));
    text += R"(,"tags":)" + tags_of(sample) + R"(},"metric":)" + json_string(metric.name) + "}\n";
  }

 private:
  static void introduce(std::string& text, const metrics::MetricInfo& metric,
                        const std::vector<metrics::ThresholdVerdict>& verdicts) {
    Json thresholds = Json::array(), submetrics = nullptr;
    for (const metrics::ThresholdVerdict& verdict : verdicts) {
      const metrics::MetricSelector& selector = verdict.threshold->selector;
      if (selector.metric != metric.name) continue;
      if (selector.filter.wanted.empty()) {
        thresholds.push_back(threshold_of(*verdict.threshold));
        continue;
      }
      Json tags = Json::object();
      for (const auto& [key, value] : selector.filter.wanted) tags[key] = value;
      const std::size_t brace = std::min(selector.text.find('{') + 1, selector.text.size());
      Json submetric = {{"name", selector.text},
                        {"suffix", selector.text.substr(brace, selector.text.size() - brace - 1)},
                        {"tags", std::move(tags)}};
      if (submetrics.is_null()) submetrics = Json::array();
      if (std::find(submetrics.begin(), submetrics.end(), submetric) == submetrics.end()) {
        submetrics.push_back(std::move(submetric));
      }
    }
    const Json line = {{"type", "Metric"},
                       {"data",
                        {{"name", metric.name},
                         {"type", kind_name(metric.kind)},
                         {"contains", contains_name(metric.contains)},
                         {"thresholds", std::move(thresholds)},
                         {"submetrics", std::move(submetrics)}}},
                       {"metric", metric.name}};
    text += json_text(line) + "\n";
  }

  /// A series' tags are spelled once; the few that belong to the single sample are merged in among them.
  std::string tags_of(const metrics::Totals::ResolvedSample& sample) {
    std::map<std::string, std::string>& pairs = spelled_[sample.series];
    if (pairs.empty()) {
      for (const auto& [key, value] : sample.series->tags) {
        std::string& all = pairs[key];
        all += (all.empty() ? "" : ",") + value;
      }
      for (auto& [key, value] : pairs) value = json_string(key) + ":" + json_string(value);
    }
    std::map<std::string_view, std::string> detail;
    if (sample.detail != nullptr) {
      const auto note = [&](std::string_view key, const std::string& value) {
        if (!value.empty() && !pairs.contains(std::string(key))) {
          detail[key] = fmt::format("\"{}\":", key) + json_string(value);
        }
      };
      note("proto", sample.detail->proto);
      note("tls_version", sample.detail->tls_version);
      note("url", sample.detail->url);
    }
    std::string text = "{";
    const auto add_pair = [&text](const std::string& pair) { text += (text.size() == 1 ? "" : ",") + pair; };
    auto next = detail.begin();
    for (const auto& [key, pair] : pairs) {
      for (; next != detail.end() && next->first < key; ++next) add_pair(next->second);
      add_pair(pair);
    }
    for (; next != detail.end(); ++next) add_pair(next->second);
    return text + "}";
  }

  std::set<std::string> introduced_;
  std::unordered_map<const metrics::Series*, std::map<std::string, std::string>> spelled_;  // a series never moves
};

/// k6's system tags that have a column, in k6's order.
constexpr std::array<std::string_view, 14> kTagColumns = {
    "check",    "error",   "error_code", "expected_response", "group",       "method", "name", "proto",
    "scenario", "service", "status",     "subproto",          "tls_version", "url"};

class CsvSamples final : public SampleFormatter {
 public:
  std::string header() const override {
    CsvRow row(CsvRow::Dialect::go);
    row.field("metric_name").field("timestamp").field("metric_value");
    for (const std::string_view column : kTagColumns) row.field(column);
    return row.field("extra_tags").field("metadata").end();
  }

  void add(std::string& text, const metrics::Totals::ResolvedSample& sample, WallTime at,
           const std::vector<metrics::ThresholdVerdict>&) override {
    const metrics::Series& series = *sample.series;
    CsvRow row(CsvRow::Dialect::go);
    row.field(series.metric.name);
    row.field(std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count()));
    row.field(fmt::format("{:f}", sample.value));
    for (const std::string_view column : kTagColumns) {
      const std::string_view tag = series.tag(column);
      row.field(tag.empty() ? detail_of(sample.detail, column) : tag);
    }
    std::string extra;
    for (const auto& [key, value] : series.tags) {
      if (std::find(kTagColumns.begin(), kTagColumns.end(), key) != kTagColumns.end()) continue;
      extra += (extra.empty() ? "" : "&") + key + "=" + value;
    }
    text += row.field(extra).field("").end();
  }

 private:
  static std::string_view detail_of(const metrics::SampleDetail* detail, std::string_view column) {
    if (detail == nullptr) return {};
    if (column == "url") return detail->url;
    if (column == "proto") return detail->proto;
    if (column == "tls_version") return detail->tls_version;
    return {};
  }
};

}  // namespace

std::unique_ptr<SampleFormatter> make_json_samples() { return std::make_unique<JsonSamples>(); }
std::unique_ptr<SampleFormatter> make_csv_samples() { return std::make_unique<CsvSamples>(); }

}  // namespace thresher::report
