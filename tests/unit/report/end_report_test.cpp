#include "report/end_report.h"

#include <catch2/catch.hpp>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;

namespace {

class WorriedRun : public EventfulRun {
 public:
  WorriedRun() {
    snapshot().validity = {
        engine::ValidityState::degraded,
        {{engine::ValidityState::degraded,
          "lateness p99 3.1 ms, limit 1 ms: the generator was late for some arrivals"}},
        {"the target stalled users for 2.1 s in total; about 14 requests were not sent meanwhile, and the percentiles "
         "leave them out"}};
  }
};

}  // namespace

TEST_CASE("the report at the end of a run, as wide as the terminal", "[unit][report][terminal]") {
  WorriedRun fake;
  CHECK(render_figures(fake.run, fake.snapshot(), {.width = 60}) == R"(
Requests
Name             # reqs     # fails |    Avg    Med |  req/s
------------------------------------|---------------|-------
/agents/{id}/c…      12   2 (16.7%) |  1.53s  1.23s |   6.00
/health             100   1 (1.00%) | 5.84ms  400us |   50.0
------------------------------------|---------------|-------
Aggregated          112   3 (2.68%) |  169ms  400us |   56.0

Response time percentiles
Type Name             50%    90%    95%    99%  99.9%   100%
------------------------------------------------------------
POST /agents/{id}…  1.23s  3.00s  3.00s  3.00s  3.00s  3.00s
GET  /health        400us 12.3ms 12.3ms 12.3ms 80.0ms 80.0ms
------------------------------------------------------------
     Aggregated     400us  1.23s  1.23s  3.00s  3.00s  3.00s

Iterations  55 (27.5/s)
                50%    90%    95%    99%  99.9%   100%
------------------------------------------------------
duration     15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms

Checks  99.5% passed (199 of 200 checks)
  ✗ status is 200  99 of 100 times (99.0%)
  login > form
  ✓ says healthy  100 of 100 times

Failures  3 of 112 requests (2.68%); times are UTC
# fails Error    Type Name              First seen Last seen
------------------------------------------------------------
      2 timeout  POST /agents/{id}/chat   02:46:02  02:46:02
      1 HTTP 503 GET  /health             02:46:01  02:46:01

Script errors  3
  3 x login.lua:42: attempt to index a nil value
      stack traceback:
      login.lua:42: in function 'step'

Thresholds
  ✗ http_req_failed rate<0.01               2.68%
  ✓ http_req_duration{tag:health} p(95)<5…  1.23 s
  ? sse_events count>0                      NO_DATA

Validity  DEGRADED
  DEGRADED: lateness p99 3.1 ms, limit 1 ms: the generator
            was late for some arrivals
  note: the target stalled users for 2.1 s in total; about
        14 requests were not sent meanwhile, and the
        percentiles leave them out
)");
  CHECK(render_figures(fake.run, fake.snapshot(), {.width = 100}) == R"(
Requests
Type Name               # reqs     # fails |    Avg    Min    Max    Med |  req/s failures/s
-------------------------------------------|-----------------------------|------------------
POST /agents/{id}/chat      12   2 (16.7%) |  1.53s  1.23s  3.00s  1.23s |   6.00       1.00
GET  /health               100   1 (1.00%) | 5.84ms  400us 80.0ms  400us |   50.0       0.50
-------------------------------------------|-----------------------------|------------------
     Aggregated            112   3 (2.68%) |  169ms  400us  3.00s  400us |   56.0       1.50

Response time percentiles
Type Name                 50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100%
---------------------------------------------------------------------------------------------------
POST /agents/{id}/chat  1.23s  1.23s  1.23s  1.23s  3.00s  3.00s  3.00s  3.00s  3.00s  3.00s  3.00s
GET  /health            400us 12.3ms 12.3ms 12.3ms 12.3ms 12.3ms 12.3ms 12.3ms 80.0ms 80.0ms 80.0ms
---------------------------------------------------------------------------------------------------
     Aggregated         400us 12.3ms 12.3ms 12.3ms  1.23s  1.23s  1.23s  3.00s  3.00s  3.00s  3.00s

Iterations  55 (27.5/s)
                50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100%
-----------------------------------------------------------------------------------------
duration     15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms

Checks  99.5% passed (199 of 200 checks)
  ✗ status is 200  99 of 100 times (99.0%)
  login > form
  ✓ says healthy  100 of 100 times

Failures  3 of 112 requests (2.68%); times are UTC
# fails Error    Type Name              First seen Last seen
------------------------------------------------------------
      2 timeout  POST /agents/{id}/chat   02:46:02  02:46:02
      1 HTTP 503 GET  /health             02:46:01  02:46:01

Script errors  3
  3 x login.lua:42: attempt to index a nil value
      stack traceback:
      login.lua:42: in function 'step'

Thresholds
  ✗ http_req_failed rate<0.01                 2.68%
  ✓ http_req_duration{tag:health} p(95)<5000  1.23 s
  ? sse_events count>0                        NO_DATA

Validity  DEGRADED
  DEGRADED: lateness p99 3.1 ms, limit 1 ms: the generator was late for some arrivals
  note: the target stalled users for 2.1 s in total; about 14 requests were not sent meanwhile, and
        the percentiles leave them out
)");
  CHECK(render_figures(fake.run, fake.snapshot(), {.width = 160}) == R"(
Requests
Type Name               # reqs     # fails |    Avg    Min    Max    Med |  req/s failures/s
-------------------------------------------|-----------------------------|------------------
POST /agents/{id}/chat      12   2 (16.7%) |  1.53s  1.23s  3.00s  1.23s |   6.00       1.00
GET  /health               100   1 (1.00%) | 5.84ms  400us 80.0ms  400us |   50.0       0.50
-------------------------------------------|-----------------------------|------------------
     Aggregated            112   3 (2.68%) |  169ms  400us  3.00s  400us |   56.0       1.50

Response time percentiles
Type Name                 50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100%
---------------------------------------------------------------------------------------------------
POST /agents/{id}/chat  1.23s  1.23s  1.23s  1.23s  3.00s  3.00s  3.00s  3.00s  3.00s  3.00s  3.00s
GET  /health            400us 12.3ms 12.3ms 12.3ms 12.3ms 12.3ms 12.3ms 12.3ms 80.0ms 80.0ms 80.0ms
---------------------------------------------------------------------------------------------------
     Aggregated         400us 12.3ms 12.3ms 12.3ms  1.23s  1.23s  1.23s  3.00s  3.00s  3.00s  3.00s

Iterations  55 (27.5/s)
                50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100%
-----------------------------------------------------------------------------------------
duration     15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms 15.0ms

Checks  99.5% passed (199 of 200 checks)
  ✗ status is 200  99 of 100 times (99.0%)
  login > form
  ✓ says healthy  100 of 100 times

Failures  3 of 112 requests (2.68%); times are UTC
# fails Error    Type Name              First seen Last seen
------------------------------------------------------------
      2 timeout  POST /agents/{id}/chat   02:46:02  02:46:02
      1 HTTP 503 GET  /health             02:46:01  02:46:01

Script errors  3
  3 x login.lua:42: attempt to index a nil value
      stack traceback:
      login.lua:42: in function 'step'

Thresholds
  ✗ http_req_failed rate<0.01                 2.68%
  ✓ http_req_duration{tag:health} p(95)<5000  1.23 s
  ? sse_events count>0                        NO_DATA

Validity  DEGRADED
  DEGRADED: lateness p99 3.1 ms, limit 1 ms: the generator was late for some arrivals
  note: the target stalled users for 2.1 s in total; about 14 requests were not sent meanwhile, and the percentiles leave them out
)");
}

TEST_CASE("the open model's report has response time first and labels service time", "[unit][report][terminal]") {
  FakeRun fake;
  fake.plan.executor = profile::ExecutorKind::constant_arrival_rate;
  fake.iteration(300us, 12ms, 95);
  fake.iteration(950ms, 12ms, 5);
  fake.count("dropped_iterations", 4);
  fake.request({.duration = 11ms}, 100);
  fake.check("ok", 100, 0);
  fake.check("quick", 99, 1);
  fake.second();
  CHECK(render_figures(fake.run, fake.snapshot(), {.width = 100, .unicode = false}) == R"(
Requests
Type Name          # reqs     # fails |    Avg    Min    Max    Med |  req/s failures/s
--------------------------------------|-----------------------------|------------------
GET  /health          100    0 (0.0%) | 11.0ms 11.0ms 11.0ms 11.0ms |    100          0
--------------------------------------|-----------------------------|------------------
     Aggregated       100    0 (0.0%) | 11.0ms 11.0ms 11.0ms 11.0ms |    100          0

Iterations  100 (100/s), dropped 4 (3.85%)
                 50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100%
------------------------------------------------------------------------------------------
response time 12.3ms 12.3ms 12.3ms 12.3ms 12.3ms 12.3ms  962ms  962ms  962ms  962ms  962ms
service time  12.0ms 12.0ms 12.0ms 12.0ms 12.0ms 12.0ms 12.0ms 12.0ms 12.0ms 12.0ms 12.0ms
lateness       300us  300us  300us  300us  300us  300us  950ms  950ms  950ms  950ms  950ms
Response time counts from when an iteration was due, service time from when it started.

Request durations  (service time: from when each was sent)
Type Name            50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100%
----------------------------------------------------------------------------------------------
GET  /health      11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms
----------------------------------------------------------------------------------------------
     Aggregated   11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms 11.0ms

Checks  99.5% passed (199 of 200 checks)
  ok   ok  100 of 100 times
  FAIL quick  99 of 100 times (99.0%)

Validity  VALID
)");
}

TEST_CASE("the conclusion has the verdict, how to repeat the run and where files went", "[unit][report][terminal]") {
  EventfulRun fake;
  const Verdict verdict = judge(facts_of(fake.snapshot()), fake.summary());
  CHECK(render_conclusion(fake.run, fake.summary(), verdict, {"out/a_stats.csv", "out/a.json"}, {.width = 100}) == R"(
Verdict    NO_DATA: 1 of 3 thresholds had nothing to judge: sse_events count>0 (exit code 122)
Also       FAILED: 1 of 3 thresholds failed: http_req_failed rate<0.01: 2.68%
Seed       7
Reproduce  thresher run scripts/health_checks.lua --profile light --seed 7
Written    out/a_stats.csv
Written    out/a.json
)");
}

TEST_CASE("the conclusion says why a run ended early and what was cut short", "[unit][report][terminal]") {
  FakeRun fake;
  engine::RunSummary summary;
  summary.stop = engine::StopReason::aborted_by_threshold;
  summary.stop_text = "http_req_failed: rate<0.01 failed";
  summary.elapsed = 83s;
  summary.interrupted_iterations = 2;
  const std::string text = render_conclusion(fake.run, summary, {}, {}, {});
  CHECK(text.find("\nStopped    after 01:23: http_req_failed: rate<0.01 failed\n") != std::string::npos);
  CHECK(text.find("\nCut short  2 iterations were still running when time was up\n") != std::string::npos);
}

TEST_CASE("the command to repeat a run carries its seed once", "[unit][report][terminal]") {
  FakeRun fake;
  CHECK(reproduction_of(fake.run) == "thresher run scripts/health_checks.lua --profile light --seed 7");
  fake.run.command_line = "thresher run --seed 7 x.lua";
  CHECK(reproduction_of(fake.run) == "thresher run --seed 7 x.lua");
  fake.run.command_line = "thresher run --seed=7 x.lua";
  CHECK(reproduction_of(fake.run) == "thresher run --seed=7 x.lua");
}

TEST_CASE("a run that never came to load shows no empty tables", "[unit][report][terminal]") {
  FakeRun fake;
  CHECK(render_figures(fake.run, fake.snapshot(), {}).empty());
}

TEST_CASE("all times can be shown in one unit", "[unit][report][terminal]") {
  FakeRun fake;
  fake.request({.duration = 1'234ms});
  fake.second();
  const std::string text =
      render_figures(fake.run, fake.snapshot(), {.width = 120, .time_unit = TimeUnit::milliseconds});
  CHECK(text.find("1,234ms") != std::string::npos);
  CHECK(text.find("1.23s") == std::string::npos);
}

TEST_CASE("names that would drive the terminal are shown harmless", "[unit][report][terminal]") {
  FakeRun fake;
  fake.request({.name = "/\x1b[2J", .duration = 1ms});
  fake.second();
  const std::string text = render_figures(fake.run, fake.snapshot(), {});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("/?[2J") != std::string::npos);
}
