#include "report/summary_export.h"

#include <openssl/evp.h>

#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "report/failure_table.h"
#include "report/json_number.h"

namespace thresher::report {
namespace {

/// k6 names a group or check by the MD5 of its path: an identifier, not a secret.
std::string md5_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned index = 0; index < size; ++index) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[digest[index] >> 4];
    hex += kDigits[digest[index] & 15];
  }
  return hex;
}

Json new_group(const std::string& name, const std::string& path) {
  return {{"name", name}, {"path", path}, {"id", md5_of(path)}, {"groups", Json::object()}, {"checks", Json::object()}};
}

/// The group of a path such as "::login::form", made with its parents when it is new.
Json& group_at(Json& root, std::string_view path) {
  constexpr std::string_view kSeparator = "::";
  Json* group = &root;
  std::string so_far;
  if (path.starts_with(kSeparator)) path.remove_prefix(kSeparator.size());
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(kSeparator), path.size());
    const std::string name(path.substr(0, end));
    so_far += "::" + name;
    Json& groups = (*group)["groups"];
    if (!groups.contains(name)) groups[name] = new_group(name, so_far);
    group = &groups[name];
    path.remove_prefix(std::min(end + kSeparator.size(), path.size()));
  }
  return *group;
}

Json root_group(const metrics::Totals& totals) {
  Json root = new_group("", "");
  for (const auto& [key, series] : totals.series()) {
    if (key.metric == "group_duration") group_at(root, series.tag("group"));  // groups without a check count too
  }
  for (const CheckRow& row : make_check_table(totals)) {
    Json& group = group_at(root, row.group);
    const std::string path = group["path"].get<std::string>() + "::" + row.name;
    group["checks"][row.name] = {
        {"name", row.name}, {"path", path}, {"id", md5_of(path)}, {"passes", row.passes}, {"fails", row.fails}};
  }
  return root;
}

Json values_of(const metrics::Aggregate& metric, Nanoseconds elapsed, const std::vector<TrendStat>& trend_stats) {
  const double seconds = to_seconds(elapsed);
  Json values = Json::object();
  switch (metric.metric.kind) {
    case metrics::MetricKind::counter:
      values["count"] = json_number(metric.counter.sum);
      values["rate"] = json_number(seconds > 0 ? metric.counter.sum / seconds : 0);
      break;
    case metrics::MetricKind::gauge:
      values["value"] = json_number(metric.gauge.value);
      values["min"] = json_number(metric.gauge.min);
      values["max"] = json_number(metric.gauge.max);
      break;
    case metrics::MetricKind::rate: {
      const auto passes = static_cast<double>(metric.rate.passes), total = static_cast<double>(metric.rate.total);
      values["passes"] = metric.rate.passes;
      values["fails"] = metric.rate.total - metric.rate.passes;
      values["value"] = json_number(total > 0 ? passes / total : 0);
      break;
    }
    case metrics::MetricKind::trend:
      for (const TrendStat& stat : trend_stats) values[stat.text] = json_number(stat.of(metric.trend));
      break;
  }
  return values;
}

class SummaryFile final : public SummaryExport {
 public:
  explicit SummaryFile(Options options) : options_(std::move(options)) {}

  void on_finish(const engine::Snapshot& snapshot) override {
    text_ = summary_export_text(snapshot, options_.trend_stats);
  }
  Result<void> conclude(const engine::RunSummary&) override { return write_file(options_.path, text_); }
  std::vector<std::filesystem::path> files() const override { return {options_.path}; }

 private:
  Options options_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<SummaryExport>> SummaryExport::open(Options options) {
  if (Result<void> writable = check_writable(options.path); !writable) return fail(std::move(writable.error()));
  return std::make_unique<SummaryFile>(std::move(options));
}

std::string summary_export_text(const engine::Snapshot& snapshot, const std::vector<TrendStat>& trend_stats) {
  const metrics::Totals& totals = *snapshot.totals;
  Json all = Json::object();
  std::string_view previous;
  for (const auto& [key, series] : totals.series()) {
    if (key.metric == std::exchange(previous, key.metric)) continue;
    const metrics::Aggregate metric = totals.aggregate(key.metric);
    if (!metric.empty()) all[key.metric] = values_of(metric, snapshot.elapsed, trend_stats);
  }
  const auto add_submetric = [&](const std::string& text, const std::string& name, const metrics::TagFilter& filter) {
    const metrics::Aggregate metric = totals.aggregate(name, filter);
    if (!metric.empty() && !all.contains(text)) all[text] = values_of(metric, snapshot.elapsed, trend_stats);
  };
  // k6 adds this one to every summary, so that failures answered in no time do not flatter the durations.
  add_submetric("http_req_duration{expected_response:true}", "http_req_duration", {{{"expected_response", "true"}}});
  for (const metrics::ThresholdVerdict& verdict : *snapshot.thresholds) {
    const metrics::Threshold& threshold = *verdict.threshold;
    add_submetric(threshold.selector.text, threshold.selector.metric, threshold.selector.filter);
    all[threshold.selector.text]["thresholds"][threshold.expression.text] =
        verdict.state == metrics::ThresholdState::fail;
  }
  Json document = {{"root_group", root_group(totals)}, {"metrics", std::move(all)}};
  return json_text(document, 4);
}

}  // namespace thresher::report
