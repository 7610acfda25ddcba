#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "base/file.h"
#include "report/html_report.h"
#include "unit/report/fake_run.h"

// html_pages FOLDER: the pages that the browser looks at. Nothing in them comes from a clock or a random number.

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Word = Judgement::Word;

namespace {

/// What a target could send to a reader of its report.
constexpr const char* kHostile =
    "</script><script>document.title='taken over'</script><img src=x onerror=\"location='#x'\">";

void write(FakeRun& fake, const SecondSeries& seconds, const engine::RunSummary& summary,
           const std::filesystem::path& path) {
  const std::string page = html_report_text(fake.run, fake.snapshot(), seconds, summary);
  if (const Result<void> written = write_file(path, page); !written) {
    fmt::print(stderr, "{}\n", written.error().message);
    std::exit(1);
  }
}

/// A latency that breathes, different for every endpoint.
std::chrono::microseconds latency(int endpoint, int second, int nth) {
  const double slow = 1 + 0.4 * std::sin(second / 20.0) + (nth % 17 == 0 ? 3.0 : 0.0) + (nth % 97 == 0 ? 12.0 : 0.0);
  return std::chrono::microseconds(std::llround(slow * (4'000 + 1'300 * (endpoint % 40) + 90 * nth)));
}

/// Three endpoints, two minutes, ten users, everything fine.
void write_small(const std::filesystem::path& path) {
  FakeRun fake;
  SecondSeries seconds;
  fake.threshold("http_req_failed", "rate<0.01", metrics::ThresholdState::pass, 0, 8'280);
  fake.threshold("http_req_duration{tag:health}", "p(95)<50", metrics::ThresholdState::pass, 32.4, 5'400);
  constexpr const char* kNames[] = {"/health", "/agents/{id}", "/agents/{id}/chat"};
  for (int second = 0; second < 120; ++second) {
    for (int endpoint = 0; endpoint < 3; ++endpoint) {
      for (int nth = 0; nth < 45 - 15 * endpoint - (second % 7); ++nth)
        fake.request({.method = endpoint == 2 ? "POST" : "GET",
                      .name = kNames[endpoint],
                      .duration = latency(9 * endpoint, second, nth)});
    }
    fake.iteration(0us, 25ms, 60);
    fake.check("status is 200", 90, 0);
    fake.check("says healthy", 45, 0, "::login::form");
    fake.snapshot().users = static_cast<std::uint64_t>(std::min(10, second + 1));
    fake.snapshot().in_flight = fake.snapshot().users / 2;
    seconds.add(fake.second());
  }
  write(fake, seconds, fake.summary(), path);
}

Judgement judgement_with_witnesses() {
  Judgement judgement;
  judgement.validators = {"oracle"};
  judgement.checks = {{.validator = "oracle",
                       .name = "order",
                       .summary = "120 edges of 20 workflows ran in order",
                       .word = Word::pass,
                       .observations = 120},
                      {.validator = "oracle",
                       .name = "saga",
                       .summary = "3 of 4 sagas compensated a step twice",
                       .word = Word::fail,
                       .observations = 4,
                       .violations = 3},
                      {.validator = "oracle", .name = "leases", .summary = "no lease was seen", .word = Word::no_data}};
  for (int i = 1; i <= 3; ++i) {
    judgement.violations.push_back({.validator = "oracle",
                                    .check = "saga",
                                    .subject = fmt::format("workflow wf-{}", i),
                                    .witness = "step charge_card was compensated at 2.013 s\nand again at 3.371 s",
                                    .details = R"({"step":"charge_card","compensations":2})",
                                    .at = i == 3 ? -1ns : 3'371ms});
  }
  judgement.violation_count = 250;
  return judgement;
}

/// 300 endpoints, five minutes of the open model, everything wrong, and a target that attacks whoever reads of it.
void write_large(const std::filesystem::path& path) {
  FakeRun fake;
  SecondSeries seconds;
  const Judgement judgement = judgement_with_witnesses();
  fake.run.judgement = &judgement;
  fake.plan.executor = profile::ExecutorKind::constant_arrival_rate;
  fake.plan.max_in_flight = 1'000;
  fake.plan.profile = "heavy";
  fake.plan.stages = {{0s, 600}, {300s, 600}};
  fake.run.command_line =
      "thresher run scripts/ --profile heavy --tags event-bus,throughput --host http://staging.example:8099";
  fake.threshold("http_req_failed", "rate<0.01", metrics::ThresholdState::fail, 0.026785714, 180'000);
  fake.threshold("http_req_duration{tag:throughput}", "p(95)<5000", metrics::ThresholdState::pass, 1'234, 112'000);
  fake.threshold("sse_events", "count>0", metrics::ThresholdState::no_data);
  fake.count("oracle_violations", 250);
  for (int second = 0; second < 300; ++second) {
    for (int nth = 0; nth < 600; ++nth) {
      const int endpoint = (nth + second) % 300;
      const bool lost = endpoint == 7 && nth % 2 == 0;
      fake.request(
          {.method = endpoint % 3 == 0 ? "POST" : "GET",
           .name = endpoint == 0 ? kHostile : fmt::format("/api/v1/workspaces/{{id}}/agents/{}/executions", endpoint),
           .duration = latency(endpoint, second, nth),
           .status = endpoint % 50 == 1 ? 503 : 200,
           .outcome = lost ? Outcome::timeout : Outcome::ok});
    }
    fake.iteration(std::chrono::microseconds(second > 200 ? 40'000 : 300), 38ms, 590);
    fake.count("dropped_iterations", second % 60 == 59 ? 25 : 0);
    fake.check("status is 200", 580, 12);
    fake.check(kHostile, 590, 0);
    fake.snapshot().in_flight = static_cast<std::uint64_t>(200 + second % 40);
    seconds.add(fake.second());
  }
  fake.exception(fmt::format("login.lua:42: {}", kHostile),
                 "stack traceback:\n\tlogin.lua:42: in function 'step'\n\tlogin.lua:7: in function <login.lua:3>",
                 1'203);
  fake.snapshot().elapsed -= 980ms;  // the engine's last, shorter interval
  seconds.add(fake.second());
  engine::Validity& validity = fake.snapshot().validity;
  validity.state = engine::ValidityState::degraded;
  validity.reasons = {{engine::ValidityState::degraded,
                       "loop lag p99 was 14 ms, above 10 ms: response times include the generator's own delay"}};
  validity.remarks = {"12 requests took more than ten times the median and held their users"};
  write(fake, seconds, fake.summary(), path);
}

/// The setup failed: no second of load, no request.
void write_empty(const std::filesystem::path& path) {
  FakeRun fake;
  engine::RunSummary summary = fake.summary();
  summary.stop = engine::StopReason::setup_failed;
  summary.error = Error{ErrorCode::script, "attempt to call a nil value", "login.lua:3"};
  write(fake, {}, summary, path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  write_small(folder / "small.html");
  write_large(folder / "large.html");
  write_empty(folder / "empty.html");
}
