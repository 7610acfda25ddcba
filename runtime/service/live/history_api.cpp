#include "service/live/history_api.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/text.h"
#include "service/answer.h"
#include "service/live/file_download.h"

namespace thresher::service {
namespace {

constexpr std::string_view kRecord = R"({"type":"object","description":"as `thresher runs show --json`"})";

void answer_failure(Call& call, const Error& error) {
  const int status = error.code == ErrorCode::not_found ? 404 : error.code == ErrorCode::invalid_argument ? 409 : 503;
  answer_error(*call.responder, status, to_text(error));
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A query's count within 1..most; nothing, and answered with 400, when it is something else.
std::optional<std::size_t> count_of(Call& call, std::string_view name, std::size_t usual, std::size_t most) {
  const auto given = call.query.find(name);
  if (!given) return usual;
  const auto count = number_of<std::size_t>(*given);
  if (count && *count >= 1 && *count <= most) return count;
  answer_error(*call.responder, 400,
               fmt::format("{} is '{}': expected a whole number from 1 to {}", name, *given, most));
  return std::nullopt;
}

/// What a trend can be of: the name in the query, its unit, and where a record has it.
struct Metric {
  std::string_view name, unit;
  std::optional<double> (*value)(const store::RunFigures& figures);
};

std::optional<double> milliseconds(const std::optional<Nanoseconds>& duration) {
  return duration ? std::optional(to_milliseconds(*duration)) : std::nullopt;
}

using Figures = store::RunFigures;
constexpr Metric kMetrics[] = {
    {"p50", "ms", [](const Figures& of) { return milliseconds(of.latency_p50); }},
    {"p95", "ms", [](const Figures& of) { return milliseconds(of.latency_p95); }},
    {"p99", "ms", [](const Figures& of) { return milliseconds(of.latency_p99); }},
    {"mean", "ms", [](const Figures& of) { return milliseconds(of.latency_mean); }},
    {"max", "ms", [](const Figures& of) { return milliseconds(of.latency_max); }},
    {"requests_per_s", "1/s",
     [](const Figures& of) { return of.requests > 0 ? std::optional(of.rate_per_s) : std::nullopt; }},
    {"failure_ratio", "", [](const Figures& of) {
       return of.requests > 0
                  ? std::optional(static_cast<double>(of.requests_failed) / static_cast<double>(of.requests))
                  : std::nullopt;
     }}};

/// A file that the run wrote and its report names, by kind ("html", "history"); nothing when there is none, or it is
/// gone. No other file of this machine is ever sent.
std::optional<std::filesystem::path> file_of(const Json& report, std::string_view kind) {
  if (!report.is_object()) return std::nullopt;
  const Json run = report.value("run", Json::object());
  for (const Json& file : run.value("files", Json::array())) {
    if (!file.is_object() || file.value("kind", "") != kind) continue;
    std::filesystem::path path = file.value("path", "");
    std::error_code none;
    if (path.is_absolute() && std::filesystem::is_regular_file(path, none)) return path;
  }
  return std::nullopt;
}

/// What a person would have to add to have a file of this kind next time.
std::string_view flag_for(std::string_view format) {
  return format == "html" ? "--html FILE or --report-dir DIR" : "--history FILE";
}

Json downloads_of(const Json& report) {
  Json formats = Json::array();
  if (file_of(report, "html")) formats.push_back("html");
  if (report.contains("requests")) formats.push_back("csv");
  formats.push_back("json");
  if (file_of(report, "history")) formats.push_back("history");
  return formats;
}

}  // namespace

Endpoint& HistoryApi::add(Router& router, std::string_view method, std::string_view path, std::string_view summary,
                          Handler handle) {
  Endpoint made;
  made.method = method;
  made.path = path;
  made.tag = "history";
  made.summary = summary;
  made.answer = kRecord;
  made.failures = "404 409 503";
  made.handle = [this, handle](Call& call) {
    if (store_ == nullptr)
      return answer_error(*call.responder, 503, "runs are not stored here: it was started without a run history");
    (this->*handle)(call);
  };
  return router.add(std::move(made));
}

void HistoryApi::add_to(Router& router) {
  Endpoint& listed = add(router, "GET", "/api/history", "Records of runs, newest first", &HistoryApi::list);
  listed.parameters = R"({"text":{"type":"string","description":"somewhere in name, files, profile, host, tags"},
      "status":{"type":"string"},"before":{"type":"string","description":"as the page before gave it"},
      "limit":{"type":"integer","minimum":1,"maximum":200,"default":50}})";
  listed.answer = R"({"type":"object","required":["runs","before"]})";
  // These two stand before the pattern that would take their last word for an id.
  Endpoint& compared =
      add(router, "GET", "/api/history/compare", "Two runs side by side, with their statistics", &HistoryApi::compare);
  compared.parameters = R"({"base":{"type":"string"},"run":{"type":"string"}})";
  compared.answer = R"({"type":"object","description":"thresher.comparison/1 and curves"})";
  Endpoint& followed = add(router, "GET", "/api/history/trend",
                           "A metric over the last runs that are comparable with one", &HistoryApi::trend);
  followed.parameters =
      R"({"run":{"type":"string"},"metric":{"enum":["p50","p95","p99","mean","max","requests_per_s","failure_ratio"],
          "default":"p95"},"count":{"type":"integer","minimum":1,"maximum":200,"default":20}})";
  followed.answer = R"({"type":"object","required":["metric","unit","runs"]})";
  add(router, "GET", "/api/history/{id}", "One run with its report and notes", &HistoryApi::show);
  add(router, "DELETE", "/api/history/{id}", "Removes a run; one that goes on stays", &HistoryApi::remove);
  add(router, "GET", "/api/history/{id}/download", "What a run left, as a file", &HistoryApi::download).parameters =
      R"({"format":{"enum":["html","csv","json","history"],"default":"json"}})";
  add(router, "POST", "/api/history/{id}/baseline", "Makes it the baseline of its conditions", &HistoryApi::mark);
  add(router, "DELETE", "/api/history/{id}/baseline", "It is a baseline no longer", &HistoryApi::unmark);
}

void HistoryApi::list(Call& call) {
  store::RunFilter filter;
  filter.text = call.query.find("text").value_or("");
  filter.status = call.query.find("status").value_or("");
  const auto limit = count_of(call, "limit", 50, 200);
  if (!limit) return;
  filter.limit = *limit;
  if (const auto before = call.query.find("before"); before && !before->empty()) {
    const auto at = number_of<std::int64_t>(*before);
    if (!at)
      return answer_error(*call.responder, 400,
                          fmt::format("before is '{}': expected what the last page gave as \"before\"", *before));
    filter.started_before = WallTime(Nanoseconds(*at));
  }
  const auto runs = store_->list(filter);
  if (!runs) return answer_failure(call, runs.error());
  Json answer = Json::parse(documents_.runs(*runs));
  const bool more = runs->size() == filter.limit;
  answer["before"] = more ? Json(std::to_string(runs->back().started.time_since_epoch().count())) : Json(nullptr);
  answer_json(*call.responder, 200, answer);
}

void HistoryApi::show(Call& call) {
  const auto run = store_->get(std::string(call.id));
  if (!run) return answer_failure(call, run.error());
  const auto text = documents_.run(*store_, *run);
  if (!text) return answer_failure(call, text.error());
  Json answer = Json::parse(*text);
  answer["downloads"] = answer.value("document", Json()).is_object() ? downloads_of(answer["document"]) : Json::array();
  answer_json(*call.responder, 200, answer);
}

void HistoryApi::remove(Call& call) {
  if (auto removed = store_->remove(std::string(call.id)); !removed) return answer_failure(call, removed.error());
  answer_json_text(*call.responder, 200, R"({"ok":true})");
}

void HistoryApi::set_baseline(Call& call, bool is_baseline) {
  if (auto set = store_->set_baseline(std::string(call.id), is_baseline); !set)
    return answer_failure(call, set.error());
  answer_json(*call.responder, 200, {{"ok", true}, {"baseline", is_baseline}});
}

void HistoryApi::download(Call& call) {
  const auto run = store_->get(std::string(call.id));
  if (!run) return answer_failure(call, run.error());
  const std::string format(call.query.find("format").value_or("json"));
  const auto name = [&](std::string_view ending) { return fmt::format("{}.{}", run->id, ending); };
  if (format == "json") {
    if (run->document.empty())
      return answer_error(*call.responder, 404, fmt::format("run '{}' ended without a report", run->id));
    return call.responder->respond(200, attachment_headers(name("json"), "application/json"), run->document);
  }
  if (format == "csv") {
    const auto csv = documents_.statistics_csv(*run);
    if (!csv) return answer_failure(call, csv.error());
    return call.responder->respond(200, attachment_headers(name("csv"), "text/csv; charset=utf-8"), *csv);
  }
  if (format != "html" && format != "history")
    return answer_error(*call.responder, 400,
                        fmt::format("format is '{}': expected html, csv, json or history", format));
  const auto path = file_of(Json::parse(run->document, nullptr, false), format);
  if (!path)
    return answer_error(
        *call.responder, 404,
        fmt::format("run '{}' left no {} file that is still there; {} makes one", run->id, format, flag_for(format)));
  const std::string headers = attachment_headers(
      path->filename().string(), format == "html" ? "text/html; charset=utf-8" : "application/octet-stream");
  if (auto sent = send_file(*path, headers, call.responder); !sent) answer_failure(call, sent.error());
}

void HistoryApi::compare(Call& call) {
  const std::string_view base = call.query.find("base").value_or(""), run = call.query.find("run").value_or("");
  if (base.empty() || run.empty())
    return answer_error(
        *call.responder, 400,
        fmt::format("{} is missing: expected ?base=ID&run=ID, two runs of the history", base.empty() ? "base" : "run"));
  std::vector<store::RunRecord> runs;
  for (const std::string_view id : {base, run}) {
    auto record = store_->get(std::string(id));
    if (!record) return answer_failure(call, record.error());
    runs.push_back(std::move(*record));
  }
  answer_json_text(*call.responder, 200, documents_.comparison(runs[0], runs[1]));
}

void HistoryApi::trend(Call& call) {
  const std::string_view wanted = call.query.find("metric").value_or("p95");
  const Metric* metric = nullptr;
  std::string known;
  for (const Metric& each : kMetrics) {
    if (each.name == wanted) metric = &each;
    known.append(known.empty() ? "" : ", ").append(each.name);
  }
  if (metric == nullptr)
    return answer_error(*call.responder, 400, fmt::format("metric is '{}': expected one of {}", wanted, known));
  const auto count = count_of(call, "count", 20, 200);
  if (!count) return;
  const auto run = store_->get(std::string(call.query.find("run").value_or("")));
  if (!run) return answer_failure(call, run.error());
  auto earlier = store_->comparable_before(*run, *count - 1);
  if (!earlier) return answer_failure(call, earlier.error());
  earlier->insert(earlier->begin(), *run);
  Json rows = Json::array();
  for (auto each = earlier->rbegin(); each != earlier->rend(); ++each) {
    const auto value = metric->value(each->end.figures);
    rows.push_back({{"id", each->id},
                    {"started", format_wall_time(each->started, true)},
                    {"value", value ? Json(*value) : Json(nullptr)},
                    {"baseline", each->baseline}});
  }
  answer_json(*call.responder, 200, {{"metric", metric->name}, {"unit", metric->unit}, {"runs", std::move(rows)}});
}

}  // namespace thresher::service
