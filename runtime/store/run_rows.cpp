#include "store/run_rows.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace thresher::store {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kColumns =
    "id, kind, status, name, files, profile, command_line, host, seed, version, tags, conditions, verdict, "
    "verdict_text, "
    "validity, exit_code, started_ns, finished_ns, duration_ns, requests, requests_failed, rate_per_s, "
    "latency_ns_mean, "
    "latency_ns_p50, latency_ns_p95, latency_ns_p99, latency_ns_max, iterations, iterations_dropped, "
    "oracle_violations, "
    "completion_rate, heartbeat_ns, baseline, owner_pid, owner_started_ticks, owner_boot, owner_pid_space, "
    "owner_machine";
constexpr std::size_t kOwnerColumn = 33;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Value whole(std::uint64_t number) { return static_cast<std::int64_t>(number); }

template <class T>
Value optional_of(const std::optional<T>& value) {
  if (!value) return nullptr;
  if constexpr (std::is_same_v<T, Nanoseconds>) {
    return std::int64_t{value->count()};
  } else if constexpr (std::is_integral_v<T>) {
    return std::int64_t{*value};
  } else {
    return *value;
  }
}

/// Reads a row from left to right in the order of kColumns.
class Reader {
 public:
  explicit Reader(const std::vector<Value>& row, std::size_t first = 0) : row_(row), next_(first) {}

  std::string text() {
    const auto* value = std::get_if<std::string>(&take());
    return value == nullptr ? std::string() : *value;
  }
  std::optional<std::int64_t> whole() {
    const auto* value = std::get_if<std::int64_t>(&take());
    return value == nullptr ? std::nullopt : std::optional(*value);
  }
  std::uint64_t count() { return static_cast<std::uint64_t>(whole().value_or(0)); }
  std::optional<double> real() {
    const Value& value = take();
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    return std::nullopt;
  }
  std::optional<Nanoseconds> duration() {
    const auto value = whole();
    return value ? std::optional(Nanoseconds(*value)) : std::nullopt;
  }
  std::optional<WallTime> time() {
    const auto value = whole();
    return value ? std::optional(WallTime(Nanoseconds(*value))) : std::nullopt;
  }
  /// What is damaged reads as null: a list of runs must not fail because of one.
  Json json() { return Json::parse(text(), nullptr, false); }

 private:
  const Value& take() { return row_.at(next_++); }
  const std::vector<Value>& row_;
  std::size_t next_;
};

RunFigures figures_from(Reader& reader) {
  RunFigures figures;
  figures.requests = reader.count();
  figures.requests_failed = reader.count();
  figures.rate_per_s = reader.real().value_or(0);
  figures.latency_mean = reader.duration();
  figures.latency_p50 = reader.duration();
  figures.latency_p95 = reader.duration();
  figures.latency_p99 = reader.duration();
  figures.latency_max = reader.duration();
  figures.iterations = reader.count();
  figures.iterations_dropped = reader.count();
  figures.oracle_violations = reader.count();
  figures.completion_rate = reader.real();
  return figures;
}

std::vector<std::string> strings_of(const Json& json) {
  std::vector<std::string> all;
  if (!json.is_array()) return all;
  for (const Json& each : json)
    if (each.is_string()) all.push_back(each.get<std::string>());
  return all;
}

std::map<std::string, std::string> map_of(const Json& json) {
  std::map<std::string, std::string> all;
  if (!json.is_object()) return all;
  for (const auto& [key, value] : json.items())
    if (value.is_string()) all.emplace(key, value.get<std::string>());
  return all;
}

}  // namespace

std::string storable(std::string_view text) {
  std::string clean = Json::parse(text_of(std::string(text))).get<std::string>();
  std::erase(clean, '\0');
  return clean;
}

std::vector<Field> fields_of(const RunStart& start) {
  return {{"kind", storable(start.kind)},
          {"name", storable(start.name)},
          {"files", text_of(start.files)},
          {"profile", storable(start.profile)},
          {"command_line", storable(start.command_line)},
          {"host", storable(start.host)},
          {"seed", std::to_string(start.seed)},
          {"version", storable(start.version)},
          {"tags", text_of(start.tags)},
          {"conditions", storable(start.conditions)}};
}

std::vector<Field> fields_of(const RunEnd& end) {
  const RunFigures& figures = end.figures;
  return {{"status", storable(end.status)},
          {"verdict", storable(end.verdict)},
          {"verdict_text", storable(end.verdict_text)},
          {"validity", storable(end.validity)},
          {"exit_code", optional_of(end.exit_code)},
          {"duration_ns", optional_of(end.duration)},
          {"requests", whole(figures.requests)},
          {"requests_failed", whole(figures.requests_failed)},
          {"rate_per_s", figures.rate_per_s},
          {"latency_ns_mean", optional_of(figures.latency_mean)},
          {"latency_ns_p50", optional_of(figures.latency_p50)},
          {"latency_ns_p95", optional_of(figures.latency_p95)},
          {"latency_ns_p99", optional_of(figures.latency_p99)},
          {"latency_ns_max", optional_of(figures.latency_max)},
          {"iterations", whole(figures.iterations)},
          {"iterations_dropped", whole(figures.iterations_dropped)},
          {"oracle_violations", whole(figures.oracle_violations)},
          {"completion_rate", optional_of(figures.completion_rate)}};
}

std::vector<Field> fields_of(const Owner& owner) {
  return {{"owner_pid", owner.pid},
          {"owner_started_ticks", owner.started_ticks},
          {"owner_boot", storable(owner.boot)},
          {"owner_pid_space", storable(owner.pid_space)},
          {"owner_machine", storable(owner.machine)}};
}

std::string_view record_columns() { return kColumns; }

RunRecord record_of(const std::vector<Value>& row) {
  Reader reader(row);
  RunRecord record;
  record.id = reader.text();
  record.start.kind = reader.text();
  record.end.status = reader.text();
  record.start.name = reader.text();
  record.start.files = strings_of(reader.json());
  record.start.profile = reader.text();
  record.start.command_line = reader.text();
  record.start.host = reader.text();
  const std::string seed = reader.text();
  std::from_chars(seed.data(), seed.data() + seed.size(), record.start.seed);
  record.start.version = reader.text();
  record.start.tags = map_of(reader.json());
  record.start.conditions = reader.text();
  record.end.verdict = reader.text();
  record.end.verdict_text = reader.text();
  record.end.validity = reader.text();
  if (const auto code = reader.whole()) record.end.exit_code = static_cast<int>(*code);
  record.started = reader.time().value_or(WallTime{});
  record.finished = reader.time();
  record.end.duration = reader.duration();
  record.end.figures = figures_from(reader);
  record.heartbeat = reader.time().value_or(WallTime{});
  record.baseline = reader.whole().value_or(0) != 0;
  return record;
}

Owner owner_of(const std::vector<Value>& row) {
  Reader reader(row, kOwnerColumn);
  Owner owner;
  owner.pid = reader.whole().value_or(0);
  owner.started_ticks = reader.whole().value_or(0);
  owner.boot = reader.text();
  owner.pid_space = reader.text();
  owner.machine = reader.text();
  return owner;
}

}  // namespace thresher::store
