#include "cli/nested_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "base/text.h"
#include "event/timer.h"
#include "http/client.h"
#include "http/url.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr Nanoseconds kEvery = std::chrono::seconds(1);

std::string_view name_of(std::string_view series) { return series.substr(0, series.find('{')); }

/// Where the value of a sample line begins: after the name and its labels, whose values may hold anything.
std::size_t end_of_series(std::string_view line) {
  std::size_t at = line.find_first_of("{ \t");
  if (at == std::string_view::npos || line[at] != '{') return at;
  bool quoted = false;
  for (; at < line.size(); ++at) {
    if (quoted && line[at] == '\\')
      ++at;
    else if (line[at] == '"')
      quoted = !quoted;
    else if (line[at] == '}' && !quoted)
      return at + 1;
  }
  return std::string_view::npos;
}

std::optional<double> value_of(std::string_view text) {
  text = trim(text);
  text = text.substr(0, text.find_first_of(" \t"));  // a timestamp may follow
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Whether the series is of the metric: under its name, or a part of the histogram or summary of that name.
bool belongs(std::string_view series, std::string_view metric) {
  const std::string_view name = name_of(series);
  if (!name.starts_with(metric)) return false;
  const std::string_view part = name.substr(metric.size());
  return part.empty() || part == "_bucket" || part == "_sum" || part == "_count";
}

/// A metric's series added up; nothing when there is none.
std::optional<double> total(const MetricsLook& look, const std::string& metric) {
  std::optional<double> sum;
  for (const auto& [series, value] : look.series)
    if (name_of(series) == metric) sum = sum.value_or(0) + value;
  return sum;
}

std::optional<double> value_in(const MetricsLook& look, const std::string& series) {
  const auto found = look.series.find(series);
  return found == look.series.end() ? std::nullopt : std::optional(found->second);
}

Json json_of(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

/// pre, post, delta and peak of whatever `read` takes out of a look. A series begins with the first thing it counts, so
/// one that a first look did not see was 0 then.
template <class Read>
Json figures(const std::vector<MetricsLook>& looks, const Read& read) {
  const auto pre = read(looks.front()), post = read(looks.back());
  const auto before = pre || !looks.front().problem.empty() ? pre : std::optional(0.0);
  std::optional<double> peak;
  for (const MetricsLook& look : looks)
    if (const auto value = read(look); value && (!peak || *value > *peak)) peak = value;
  return {{"pre", json_of(pre)},
          {"post", json_of(post)},
          {"delta", before && post ? Json(*post - *before) : Json()},
          {"peak", json_of(peak)}};
}

/// One figure of each metric, or what kept the look from being one.
Json flat(const MetricsLook& look, const std::vector<std::string>& names) {
  if (!look.problem.empty()) return {{"error", look.problem}};
  Json all = Json::object();
  for (const std::string& name : names) all[name] = json_of(total(look, name));
  return all;
}

class Watch final : public MetricsWatch, private http::ResponseReceiver {
 public:
  Watch(event::Loop& loop, const NestedOptions& options, http::Url url, std::unique_ptr<http::Client> client)
      : loop_(loop),
        timeout_(std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(options.metrics_timeout))),
        names_(metric_names(options)),
        url_(std::move(url)),
        head_(fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nAccept: text/plain\r\nUser-Agent: thresher\r\n\r\n",
                          url_.target, url_.origin.host_header())),
        client_(std::move(client)),
        session_(client_->open_session()),
        tick_(loop.timers(), [this](TimePoint now) { tick(now); }) {}

  void look(std::function<void()> on_done) override {
    wanted_ = std::move(on_done);
    if (!under_way_) begin();
  }
  void watch() override { tick_.start_at(loop_.now() + kEvery); }
  void stop() override { tick_.cancel(); }
  const std::vector<MetricsLook>& looks() const override { return looks_; }

 private:
  void tick(TimePoint now) {
    tick_.start_at(now + kEvery);
    if (!under_way_) begin();
  }

  void begin() {
    under_way_ = true;
    told_ = std::exchange(wanted_, nullptr);
    looks_.push_back({.at = loop_.now(), .series = {}, .problem = {}});
    http::Request request;
    request.origin = &url_.origin;
    request.head = head_;
    request.timeout = timeout_;
    request.connect_timeout = timeout_;
    client_->start(*session_, request, *this);
  }

  void on_response(const http::Response& response) override {
    MetricsLook& look = looks_.back();
    if (response.outcome != Outcome::ok)
      look.problem =
          fmt::format("{}{}{}", name_of(response.outcome), response.detail.empty() ? "" : ": ", response.detail);
    else if (response.status != 200)
      look.problem = fmt::format("the answer is {}", response.status);
    else
      for (auto& [series, value] : parse_prometheus(response.body)) keep(look, series, value);
    under_way_ = false;
    if (told_) std::exchange(told_, nullptr)();
    if (wanted_ && !under_way_) begin();
  }

  static std::string_view name_of(Outcome outcome) { return thresher::name_of(outcome); }

  void keep(MetricsLook& look, const std::string& series, double value) const {
    const bool wanted =
        std::any_of(names_.begin(), names_.end(), [&](const std::string& name) { return belongs(series, name); });
    if (wanted) look.series.emplace(series, value);
  }

  event::Loop& loop_;
  const Nanoseconds timeout_;
  const std::vector<std::string> names_;
  const http::Url url_;
  const std::string head_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<http::Session> session_;
  event::Timer tick_;
  std::vector<MetricsLook> looks_;
  bool under_way_ = false;
  std::function<void()> wanted_;  ///< hears of the next look that begins
  std::function<void()> told_;    ///< hears of the one under way
};

}  // namespace

std::map<std::string, double> parse_prometheus(std::string_view page) {
  std::map<std::string, double> all;
  while (!page.empty()) {
    const std::size_t end = page.find('\n');
    const std::string_view line = trim(page.substr(0, end));
    page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t at = end_of_series(line);
    if (at == std::string_view::npos || at == 0) continue;
    if (const auto value = value_of(line.substr(at))) all[std::string(line.substr(0, at))] = *value;
  }
  return all;
}

std::vector<std::string> metric_names(const NestedOptions& options) {
  if (!options.metrics.empty()) return options.metrics;
  return {"process_resident_memory_bytes", "go_memstats_heap_alloc_bytes", "go_goroutines",
          options.metrics_prefix + "gateway_queue_depth", options.metrics_prefix + "worker_inflight"};
}

Json metrics_json(const std::string& url, const std::vector<std::string>& names,
                  const std::vector<MetricsLook>& looks) {
  Json out{{"url", url}};
  if (looks.empty()) return out;
  out["pre"] = flat(looks.front(), names);
  out["post"] = flat(looks.back(), names);
  Json delta = Json::object(), peak = Json::object(), series = Json::object(), during = Json::array();
  for (const std::string& name : names) {
    const Json of_all = figures(looks, [&](const MetricsLook& look) { return total(look, name); });
    delta[name] = of_all["delta"];
    peak[name] = of_all["peak"];
  }
  std::set<std::string> seen;
  for (const MetricsLook& look : looks)
    for (const auto& [each, value] : look.series) seen.insert(each);
  for (const std::string& each : seen)
    series[each] = figures(looks, [&](const MetricsLook& look) { return value_in(look, each); });
  for (std::size_t i = 1; i + 1 < looks.size(); ++i) {
    Json row{{"t_sec", std::chrono::duration<double>(looks[i].at - looks.front().at).count()}};
    row.update(flat(looks[i], names));
    during.push_back(std::move(row));
  }
  out["delta"] = std::move(delta);
  out["peak"] = std::move(peak);
  out["series"] = std::move(series);
  out["during"] = std::move(during);
  return out;
}

Result<std::unique_ptr<MetricsWatch>> MetricsWatch::create(event::Loop& loop, const NestedOptions& options) {
  auto url = http::parse_url(options.metrics_url);
  if (!url) return fail(std::move(url.error()));
  http::ClientOptions client_options;
  client_options.verify_tls = options.verify_ssl;
  auto client = http::Client::create(loop, client_options);
  if (!client) return fail(std::move(client.error()));
  return std::make_unique<Watch>(loop, options, std::move(*url), std::move(*client));
}

}  // namespace thresher::cli
