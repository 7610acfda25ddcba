#include "fake_run.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace thresher::report {

using namespace std::chrono_literals;

FakeRun::FakeRun(bool keep_samples)
    : recorder_(metrics::Recorder::create(0, {.series_max = 10'000, .keep_samples = keep_samples, .run_tags = {}})) {
  plan.profile = "light";
  plan.users = 10;
  plan.spawn_rate = 1;
  plan.stages = {{0s, 10}, {300s, 10}};
  plan.run_time = 300s;
  plan.seed = 7;
  plan.workers = 2;
  plan.catalogue = {{.name = "health_checks",
                     .file = "scripts/health_checks.lua",
                     .weight = 1,
                     .tags = {"health"},
                     .host = "http://127.0.0.1:8007",
                     .sequential = false,
                     .tasks = {{"core agents", 10, {"core", "health"}, "health_checks.lua:12"}}}};
  plan.scenarios = {{0, {0}}};
  run.plan = &plan;
  run.command_line = "thresher run scripts/health_checks.lua --profile light";
  run.version = "0.1.0";
  run.dependencies = {{"libuv", "1.44.2"}, {"luajit", "2.1"}};
  run.host = "http://127.0.0.1:8007";
  run.created = WallTime(std::chrono::sys_days(std::chrono::year{2026} / 11 / 21) + 2h + 46min);
  run.created_at = TimePoint{} + 1h;
  snapshot_.phase = engine::Phase::running;
  snapshot_.wall = run.created;
  snapshot_.planned = 300s;
  snapshot_.users = snapshot_.users_most = snapshot_.users_planned = 10;
  snapshot_.totals = &totals_;
  snapshot_.thresholds = &verdicts_;
}

void FakeRun::request(const Request& request, int times) {
  metrics::RequestSeries& series = recorder_->request({.name = request.name,
                                                       .method = request.method,
                                                       .scenario = "health_checks",
                                                       .task = "core agents",
                                                       .group = request.group,
                                                       .tags = request.tags});
  for (int time = 0; time < times; ++time) {
    series.record({.finished = now() + within_second,
                   .outcome = request.outcome,
                   .status = request.outcome == Outcome::ok ? request.status : 0,
                   .expected = request.outcome == Outcome::ok && request.status < 400,
                   .waiting = request.duration,
                   .bytes_sent = 100,
                   .bytes_received = request.outcome == Outcome::ok ? request.bytes : 0,
                   .proto = {},
                   .tls_version = {},
                   .url = request.url,
                   .said = request.said,
                   .detail = request.detail});
  }
}

void FakeRun::check(const std::string& name, int passes, int fails, const std::string& group) {
  metrics::Tags tags = {{"check", name}};
  if (!group.empty()) tags.emplace_back("group", group);
  metrics::Rate& rate = recorder_->rate(*metrics::builtin_metric("checks"), tags);
  for (int time = 0; time < passes + fails; ++time) rate.add(time < passes);
}

void FakeRun::iteration(std::chrono::microseconds lateness, std::chrono::microseconds service_time, int times) {
  const metrics::Tags tags = {{"scenario", "health_checks"}};
  const auto trend = [&](const char* name) -> metrics::Trend& {
    return recorder_->trend(*metrics::builtin_metric(name), tags);
  };
  for (int time = 0; time < times; ++time) {
    recorder_->counter(*metrics::builtin_metric("iterations"), tags).add(1);
    trend("iteration_duration").add(service_time);
    trend("iteration_response_time").add(lateness + service_time);
    trend("iteration_lateness").add(lateness);
  }
}

void FakeRun::count(const std::string& metric, double value) {
  const metrics::MetricInfo* known = metrics::builtin_metric(metric);
  const metrics::MetricInfo custom{metric, metrics::MetricKind::counter, metrics::Contains::plain};
  recorder_->counter(known == nullptr ? custom : *known, {}).add(value);
}

void FakeRun::exception(const std::string& message, const std::string& traceback, int times) {
  for (int time = 0; time < times; ++time) recorder_->exception(message, traceback);
}

void FakeRun::threshold(const std::string& selector, const std::string& expression, metrics::ThresholdState state,
                        double observed, std::uint64_t samples) {
  metrics::Threshold threshold;
  threshold.selector = metrics::parse_metric_selector(selector).value();
  threshold.expression = metrics::parse_threshold_expression(expression).value();
  threshold.where = "light.toml:9";
  thresholds_.push_back(std::move(threshold));
  metrics::ThresholdVerdict verdict;
  verdict.threshold = &thresholds_.back();
  verdict.state = state;
  verdict.observed = observed;
  verdict.samples = samples;
  verdicts_.push_back(verdict);
}

const engine::Snapshot& FakeRun::second() {
  snapshot_.elapsed += 1s;
  snapshot_.wall += 1s;
  totals_.begin_second(now(), snapshot_.wall);
  totals_.add(recorder_->take(now()));
  return snapshot_;
}

engine::RunSummary FakeRun::summary() const {
  engine::RunSummary summary;
  summary.elapsed = snapshot_.elapsed;
  summary.started = run.created;
  summary.finished = snapshot_.wall;
  return summary;
}

EventfulRun::EventfulRun() {
  request({.name = "/health", .duration = 400us}, 60);
  request({.name = "/health", .duration = 12'300us}, 39);
  request({.name = "/health", .duration = 80'000us, .status = 503}, 1);
  request({.method = "POST", .name = "/agents/{id}/chat", .duration = 1'234'000us, .bytes = 2000}, 10);
  iteration(0us, 15'000us, 55);
  check("status is 200", 99, 1);
  check("says healthy", 100, 0, "::login::form");
  second();
  request({.method = "POST", .name = "/agents/{id}/chat", .duration = 3'000'000us, .outcome = Outcome::timeout}, 2);
  exception("login.lua:42: attempt to index a nil value", "stack traceback:\n\tlogin.lua:42: in function 'step'", 3);
  threshold("http_req_failed", "rate<0.01", metrics::ThresholdState::fail, 0.026785714, 112);
  threshold("http_req_duration{tag:health}", "p(95)<5000", metrics::ThresholdState::pass, 1234, 112);
  threshold("sse_events", "count>0", metrics::ThresholdState::no_data);
  second();
}

ScratchFolder::ScratchFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "thresher-report-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder");
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() { std::filesystem::remove_all(path_); }

std::string contents_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace thresher::report
