#include "cli/nested_figures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What the public script's HTTP library (httpx) calls it, so that whoever reads `exceptions` finds the same words.
std::string exception_named(const std::string& error) {
  static const std::map<std::string, std::string> kNames = {{"execution_timeout", "TimeoutError"},
                                                            {"timeout", "ReadTimeout"},
                                                            {"connect_timeout", "ConnectTimeout"},
                                                            {"connect_refused", "ConnectError"},
                                                            {"unreachable", "ConnectError"},
                                                            {"dns", "ConnectError"},
                                                            {"reset", "ReadError"},
                                                            {"closed", "RemoteProtocolError"},
                                                            {"protocol", "RemoteProtocolError"},
                                                            {"header_too_large", "RemoteProtocolError"},
                                                            {"decode", "DecodingError"}};
  if (error.starts_with("tls")) return "ConnectError";
  const auto found = kNames.find(error);
  return found == kNames.end() ? error : found->second;
}

/// The public script's: the sample nearest to the rank, of sorted samples.
double percentile_of(const std::vector<double>& sorted, double percentile) {
  if (sorted.empty()) return 0;
  const double rank = percentile / 100 * static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::nearbyint(rank))];
}

std::vector<double> sorted(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return samples;
}

double mean_of(const std::vector<double>& samples) {
  if (samples.empty()) return 0;
  return std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
}

double deviation_of(const std::vector<double>& samples) {
  const double mean = mean_of(samples);
  double squares = 0;
  for (const double sample : samples) squares += (sample - mean) * (sample - mean);
  return samples.empty() ? 0 : std::sqrt(squares / static_cast<double>(samples.size()));
}

Json percentiles_of(const std::vector<double>& samples) {
  Json all = Json::object();
  const auto in_order = sorted(samples);
  if (in_order.empty()) return all;
  for (const int percentile : {50, 75, 90, 95, 99})
    all["p" + std::to_string(percentile)] = percentile_of(in_order, percentile);
  return all;
}

Json spread_of(const std::vector<double>& samples) {
  Json spread{{"avg", mean_of(samples)},
              {"max", samples.empty() ? 0 : *std::max_element(samples.begin(), samples.end())}};
  spread.update(percentiles_of(samples));
  return spread;
}

template <class Key>
Json counts(const std::map<Key, std::uint64_t>& map) {
  Json all = Json::object();
  for (const auto& [key, count] : map) {
    if constexpr (std::is_same_v<Key, int>)
      all[std::to_string(key)] = count;
    else
      all[key] = count;
  }
  return all;
}

/// A failure as it is listed: what answered, or what went wrong.
Json failure_of(const Json& event, const std::string& status) {
  Json failure{{"sequence", event.value("sequence", std::int64_t{0})}, {"status", status}};
  const int http = event.value("http", 0);
  failure["http_status"] = http == 0 ? Json() : Json(http);
  const Json response = event.value("response", Json());
  if (event.contains("error"))
    failure["response"] = {{"error", event["error"]}, {"detail", event.value("error_detail", "")}};
  else if (response.is_string())
    failure["response"] = {{"raw", response.get<std::string>().substr(0, 512)}};  // no JSON; the public script's limit
  else
    failure["response"] = response;
  if (event.contains("execution_id")) failure["execution_id"] = event["execution_id"];
  return failure;
}

}  // namespace

void NestedFigures::add(std::string_view text) {
  const Json event = Json::parse(text, nullptr, false);
  if (!event.is_object() || event.value("event", "") != "nested_workflow") return;
  ++done_;
  const std::string status = event.value("status", "");
  ++statuses_[status];
  if (const int http = event.value("http", 0); http != 0) ++http_[http];
  if (event.contains("error")) ++exceptions_[exception_named(event["error"].get<std::string>())];
  const double high = event.value("latency_ms", 0.0), low = event.value("latency_low_ms", high);
  latencies_ms_.push_back(high);
  if (event.value("ok", false)) bounds_ms_.push_back(std::max(high - low, 0.0));
  began_s_.push_back(event.value("began_s", 0.0));
  polls_ += event.value("polls", std::uint64_t{0});
  refusals_ += event.value("refusals", std::uint64_t{0});
  retries_ += event.value("retries", std::uint64_t{0});
  ++evidence_[event.value("evidence", "")];
  if (!event.value("ok", false)) failures_.push_back(failure_of(event, status));
}

double NestedFigures::latency_ms(double percentile) const { return percentile_of(sorted(latencies_ms_), percentile); }

Json NestedFigures::summary(Nanoseconds elapsed, std::uint64_t abandoned) const {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  const auto in_order = sorted(latencies_ms_);
  Json out{{"total_requests", done_},
           {"elapsed_sec", seconds},
           {"throughput_rps", seconds > 0 ? static_cast<double>(done_) / seconds : 0},
           {"latency_ms_avg", mean_of(in_order)},
           {"latency_ms_stddev", deviation_of(in_order)},
           {"latency_ms_min", in_order.empty() ? 0 : in_order.front()},
           {"latency_ms_max", in_order.empty() ? 0 : in_order.back()},
           {"latency_ms_percentiles", percentiles_of(in_order)},
           {"status_counts", counts(statuses_)},
           {"http_counts", counts(http_)},
           {"exceptions", counts(exceptions_)}};
  std::vector<double> waits;
  const double first = began_s_.empty() ? 0 : *std::min_element(began_s_.begin(), began_s_.end());
  for (const double began : began_s_) waits.push_back((began - first) * 1e3);
  out["latency_ms_bound"] = spread_of(bounds_ms_);
  out["latency_evidence"] = counts(evidence_);
  out["slot_wait_ms"] = spread_of(waits);
  out["queue_full"] = refusals_;
  out["retries"] = retries_;
  out["polls"] = polls_;
  out["abandoned"] = abandoned;
  return out;
}

Json NestedFigures::failures() const {
  Json all = failures_;
  std::stable_sort(all.begin(), all.end(), [](const Json& a, const Json& b) { return a["sequence"] < b["sequence"]; });
  return all;
}

bool NestedFigures::unreachable() const {
  const auto refused = exceptions_.find("ConnectError");
  return done_ > 0 && refused != exceptions_.end() && refused->second == done_;
}

Json config_json(const NestedOptions& options, std::uint64_t seed) {
  return {{"mode", options.mode},
          {"base_url", options.base_url},
          {"target", options.target},
          {"requests", options.requests},
          {"concurrency", options.concurrency},
          {"depth", options.depth},
          {"width", options.width},
          {"payload_bytes", options.payload_bytes},
          {"poll_interval", options.poll_interval},
          {"max_poll_interval", options.max_poll_interval},
          {"backoff_multiplier", options.backoff_multiplier},
          {"execution_timeout", options.execution_timeout},
          {"request_timeout", options.request_timeout},
          {"seed", seed},
          {"batch_status", options.batch_status},
          {"retries", options.retries},
          {"unknown_timeout", options.unknown_timeout},
          {"check_dag", options.check_dag},
          {"check_result", options.check_result}};
}

}  // namespace thresher::cli
