#include "cli/run_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace thresher::cli {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

Json of(Nanoseconds duration) { return duration.count(); }
Json of(WallTime time) { return time.time_since_epoch().count(); }

template <class T>
Json array_of(const std::vector<T>& values) {
  Json array = Json::array();
  for (const T& value : values) {
    if constexpr (std::is_same_v<T, Nanoseconds>)
      array.push_back(value.count());
    else
      array.push_back(value);
  }
  return array;
}

Json optional_array_of(const std::vector<std::optional<double>>& values) {
  Json array = Json::array();
  for (const std::optional<double>& value : values) array.push_back(value ? Json(*value) : Json());
  return array;
}

/// Bytes that are not UTF-8 become U+FFFD: names may come from anywhere.
std::string text_of(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json json_of(const engine::Progress& progress) {
  Json gaps = Json::array(), thresholds = Json::array();
  for (const engine::Gap& gap : progress.gaps) gaps.push_back({of(gap.after), of(gap.length)});
  for (const metrics::ThresholdProgress& of_one : progress.thresholds)
    thresholds.push_back({of_one.observed, of_one.samples, of_one.windows, of_one.windows_failed});
  const engine::WorkTally& work = progress.work;
  return {{"started", of(progress.started)},
          {"taken", of(progress.taken)},
          {"offset", of(progress.offset)},
          {"elapsed", of(progress.elapsed)},
          {"gaps", std::move(gaps)},
          {"users_most", progress.users_most},
          {"users_asked", progress.users_asked ? Json(*progress.users_asked) : Json()},
          {"rate_asked", progress.rate_asked ? Json(*progress.rate_asked) : Json()},
          {"setup_data", progress.setup_data},
          {"marked_failed", progress.marked_failed},
          {"ended", work.ended},
          {"interrupted", work.interrupted},
          {"dropped", work.dropped},
          {"cap_hits", work.cap_hits},
          {"handled", of(work.handled)},
          {"performed", of(work.performed)},
          {"user_seconds", work.user_seconds},
          {"process_cpu", of(progress.process_cpu)},
          {"worker_cpu", array_of(progress.worker_cpu)},
          {"late_seconds", progress.late_seconds},
          {"user_iterations", progress.user_iterations},
          {"thresholds", std::move(thresholds)}};
}

Json json_of(const metrics::Series& series) {
  Json document{{"metric", series.metric.name},
                {"kind", static_cast<int>(series.metric.kind)},
                {"contains", static_cast<int>(series.metric.contains)},
                {"tags", series.tags},
                {"seen", {of(series.first_seen), of(series.last_seen)}}};
  if (series.counter.count > 0) document["counter"] = {series.counter.sum, series.counter.count};
  if (series.gauge.count > 0)
    document["gauge"] = {series.gauge.value, series.gauge.min, series.gauge.max, series.gauge.count};
  if (series.rate.total > 0) document["rate"] = {series.rate.passes, series.rate.total};
  if (series.trend.count() > 0) {
    const metrics::Histogram::Exact exact = series.trend.exact();
    document["trend"] = {series.trend.encode(), exact.min, exact.max, exact.sum, exact.clamped};
  }
  return document;
}

Json json_of(const report::SecondSeries& seconds) {
  return {{"elapsed_s", seconds.elapsed_s},
          {"users", seconds.users},
          {"in_flight", seconds.in_flight},
          {"requests", seconds.requests},
          {"failures", seconds.failures},
          {"iterations", seconds.iterations},
          {"dropped", seconds.dropped},
          {"p50_ms", optional_array_of(seconds.p50_ms)},
          {"p95_ms", optional_array_of(seconds.p95_ms)},
          {"p99_ms", optional_array_of(seconds.p99_ms)}};
}

Json json_of(const std::vector<metrics::ExceptionCount>& exceptions) {
  Json array = Json::array();
  for (const metrics::ExceptionCount& one : exceptions) array.push_back({one.message, one.traceback, one.count});
  return array;
}

// Reading. Whatever is missing or of another type throws, which parse_checkpoint() turns into its error.

Nanoseconds duration_of(const Json& value) { return Nanoseconds(value.get<std::int64_t>()); }
WallTime wall_of(const Json& value) { return WallTime(duration_of(value)); }
/// JSON has no infinity and no NaN: they were written as null, and a figure that was neither is not made up.
double number_of(const Json& value) { return value.is_null() ? 0 : value.get<double>(); }

engine::Progress progress_of(const Json& document) {
  engine::Progress progress;
  progress.started = wall_of(document.at("started"));
  progress.taken = wall_of(document.at("taken"));
  progress.offset = duration_of(document.at("offset"));
  progress.elapsed = duration_of(document.at("elapsed"));
  for (const Json& gap : document.at("gaps")) progress.gaps.push_back({duration_of(gap.at(0)), duration_of(gap.at(1))});
  progress.users_most = document.at("users_most").get<std::uint64_t>();
  if (const Json& users = document.at("users_asked"); !users.is_null())
    progress.users_asked = users.get<std::uint64_t>();
  if (const Json& rate = document.at("rate_asked"); !rate.is_null()) progress.rate_asked = rate.get<double>();
  progress.setup_data = document.at("setup_data").get<std::string>();
  progress.marked_failed = document.at("marked_failed").get<std::vector<std::string>>();
  progress.work = {.ended = document.at("ended").get<std::uint64_t>(),
                   .interrupted = document.at("interrupted").get<std::uint64_t>(),
                   .dropped = document.at("dropped").get<std::uint64_t>(),
                   .cap_hits = document.at("cap_hits").get<std::uint64_t>(),
                   .handled = duration_of(document.at("handled")),
                   .performed = duration_of(document.at("performed")),
                   .user_seconds = number_of(document.at("user_seconds"))};
  progress.process_cpu = duration_of(document.at("process_cpu"));
  for (const Json& cpu : document.at("worker_cpu")) progress.worker_cpu.push_back(duration_of(cpu));
  progress.late_seconds = document.at("late_seconds").get<std::vector<std::uint64_t>>();
  progress.user_iterations = document.at("user_iterations").get<std::vector<std::uint32_t>>();
  for (const Json& one : document.at("thresholds"))
    progress.thresholds.push_back({.observed = number_of(one.at(0)),
                                   .samples = one.at(1).get<std::uint64_t>(),
                                   .windows = one.at(2).get<std::size_t>(),
                                   .windows_failed = one.at(3).get<std::size_t>()});
  return progress;
}

template <class Enum>
Enum enum_of(const Json& value, int most) {
  const int number = value.get<int>();
  if (number < 0 || number > most) throw std::out_of_range(fmt::format("{} is no kind of a metric", number));
  return static_cast<Enum>(number);
}

metrics::Series series_of(const Json& document) {
  metrics::Series series;
  series.metric = {.name = document.at("metric").get<std::string>(),
                   .kind = enum_of<metrics::MetricKind>(document.at("kind"), 3),
                   .contains = enum_of<metrics::Contains>(document.at("contains"), 2)};
  series.tags = document.at("tags").get<metrics::Tags>();
  series.first_seen = wall_of(document.at("seen").at(0));
  series.last_seen = wall_of(document.at("seen").at(1));
  if (const auto counter = document.find("counter"); counter != document.end())
    series.counter = {.sum = number_of(counter->at(0)), .count = counter->at(1).get<std::uint64_t>()};
  if (const auto gauge = document.find("gauge"); gauge != document.end())
    series.gauge = {.value = number_of(gauge->at(0)),
                    .min = number_of(gauge->at(1)),
                    .max = number_of(gauge->at(2)),
                    .count = gauge->at(3).get<std::uint64_t>()};
  if (const auto rate = document.find("rate"); rate != document.end())
    series.rate = {.passes = rate->at(0).get<std::uint64_t>(), .total = rate->at(1).get<std::uint64_t>()};
  if (const auto trend = document.find("trend"); trend != document.end()) {
    auto histogram = metrics::Histogram::decode(trend->at(0).get<std::string>());
    const bool whole = histogram && histogram->restore({.min = trend->at(1).get<std::int64_t>(),
                                                        .max = trend->at(2).get<std::int64_t>(),
                                                        .sum = trend->at(3).get<std::uint64_t>(),
                                                        .clamped = trend->at(4).get<std::uint64_t>()});
    if (!whole) throw std::out_of_range("the histogram of " + series.metric.name + " is damaged");
    series.trend = std::move(*histogram);
  }
  return series;
}

std::vector<std::optional<double>> optionals_of(const Json& array) {
  std::vector<std::optional<double>> values;
  for (const Json& value : array)
    values.push_back(value.is_null() ? std::nullopt : std::optional<double>(value.get<double>()));
  return values;
}

report::SecondSeries seconds_of(const Json& document) {
  using Counts = std::vector<std::uint64_t>;
  report::SecondSeries seconds{.elapsed_s = document.at("elapsed_s").get<std::vector<double>>(),
                               .users = document.at("users").get<Counts>(),
                               .in_flight = document.at("in_flight").get<Counts>(),
                               .requests = document.at("requests").get<Counts>(),
                               .failures = document.at("failures").get<Counts>(),
                               .iterations = document.at("iterations").get<Counts>(),
                               .dropped = document.at("dropped").get<Counts>(),
                               .p50_ms = optionals_of(document.at("p50_ms")),
                               .p95_ms = optionals_of(document.at("p95_ms")),
                               .p99_ms = optionals_of(document.at("p99_ms"))};
  for (const std::size_t length : {seconds.users.size(), seconds.in_flight.size(), seconds.requests.size(),
                                   seconds.failures.size(), seconds.iterations.size(), seconds.dropped.size(),
                                   seconds.p50_ms.size(), seconds.p95_ms.size(), seconds.p99_ms.size()})
    if (length != seconds.elapsed_s.size()) throw std::out_of_range("its seconds are of unequal number");
  return seconds;
}

RunCheckpoint checkpoint_of(const Json& document) {
  if (document.at("format").get<int>() != kFormat)
    throw std::out_of_range("it was written by another version of thresher");
  RunCheckpoint checkpoint;
  checkpoint.arguments = document.at("arguments").get<std::vector<std::string>>();
  checkpoint.folder = document.at("folder").get<std::string>();
  checkpoint.progress = progress_of(document.at("progress"));
  for (const Json& series : document.at("series")) checkpoint.series.push_back(series_of(series));
  for (const Json& one : document.at("exceptions"))
    checkpoint.exceptions.push_back(
        {one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::uint64_t>()});
  checkpoint.overflowed_series = document.at("overflowed_series").get<std::uint64_t>();
  checkpoint.seconds = seconds_of(document.at("seconds"));
  return checkpoint;
}

}  // namespace

Result<RunCheckpoint> parse_checkpoint(std::string_view text) {
  try {
    return checkpoint_of(Json::parse(text));
  } catch (const std::exception& problem) {
    return fail(ErrorCode::parse, fmt::format("what was saved of the run cannot be read: {}", problem.what()));
  }
}

std::string CheckpointWriter::text(const engine::Progress& progress, const metrics::Totals& totals,
                                   const report::SecondSeries& seconds) {
  std::string series;
  for (const auto& [key, one] : totals.series()) {
    Written& written = written_[&one];
    if (written.text.empty() || written.last_seen != one.last_seen) written = {one.last_seen, text_of(json_of(one))};
    series += series.empty() ? "" : ",";
    series += written.text;
  }
  return fmt::format(
      R"({{"format":{},"arguments":{},"folder":{},"progress":{},"overflowed_series":{},"exceptions":{},"seconds":{},"series":[{}]}})",
      kFormat, text_of(arguments_), text_of(folder_), text_of(json_of(progress)), totals.overflowed_series(),
      text_of(json_of(totals.exceptions())), text_of(json_of(seconds)), series);
}

RunCheckpoints::RunCheckpoints(const engine::Run& run, const report::RunDescription& description,
                               CheckpointWriter writer, std::function<TimePoint()> clock,
                               std::function<void(std::string)> save)
    : run_(run),
      writer_(std::move(writer)),
      clock_(std::move(clock)),
      save_(std::move(save)),
      seconds_(report::seconds_before(description)),
      due_(description.elapsed_before + kInterval) {}

void RunCheckpoints::on_second(const engine::Snapshot& snapshot) {
  seconds_.add(snapshot);
  if (snapshot.elapsed < due_) return;
  const std::optional<engine::Progress> progress = run_.progress();
  if (!progress) return;
  const TimePoint began = clock_();
  save_(writer_.text(*progress, *snapshot.totals, seconds_));
  const Nanoseconds cost = clock_() - began;
  due_ = snapshot.elapsed + std::max(kInterval, kCostShare * cost);
}

}  // namespace thresher::cli
