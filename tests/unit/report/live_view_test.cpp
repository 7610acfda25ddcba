#include "report/live_view.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;

namespace {

/// What a view needs, from a fake run whose last second is the recent past.
struct Viewed {
  explicit Viewed(FakeRun& of) : fake(of) {
    recent.second_passed(fake.totals(), fake.snapshot().elapsed);
    total_table = make_request_table(fake.totals(), fake.snapshot().elapsed);
    recent_table = recent.table();
  }
  LiveState state() const { return {fake.run, fake.snapshot(), total_table, recent_table}; }
  /// The frame as text that begins with a line end, as the raw strings below do.
  std::string frame(const Look& look) const {
    std::string text = "\n";
    for (const std::string& line : render_live(state(), look)) text += line + "\n";
    return text;
  }

  FakeRun& fake;
  RecentRequests recent;
  RequestTable total_table, recent_table;
};

class WorriedRun : public EventfulRun {
 public:
  WorriedRun() {
    snapshot().validity = {engine::ValidityState::degraded,
                           {{engine::ValidityState::degraded,
                             "lateness p99 3.1 ms, limit 1 ms: the generator was late for some arrivals"}},
                           {}};
  }
};

}  // namespace

TEST_CASE("a frame shows what fits its width", "[unit][report][terminal]") {
  WorriedRun fake;
  const Viewed view(fake);
  CHECK(view.frame({.width = 40}) == R"(
light  [>         ] 00:02/05:00 running
users 10/10  rps 1.00  p95 3.00 s
Name          # reqs     # fails    Med
---------------------------------------
/agents/{id…      12   2 (16.7%)  1.23s
/health          100   1 (1.00%)  400us
---------------------------------------
Aggregated       112   3 (2.68%)  400us
  ✗ http_req_failed …  2.68%
  ✓ http_req_duratio…  1.23 s
  ? sse_events count…  NO_DATA
DEGRADED: lateness p99 3.1 ms, limit 1…
)");
  CHECK(view.frame({.width = 80}) == R"(
light  [>                                       ] 00:02/05:00 running
users 10/10  rps 1.00  p95 3.00 s  failures 3 (2.68%)
Type Name             # reqs     # fails |    Avg    Min    Max    Med |  req/s
-----------------------------------------|-----------------------------|-------
POST /agents/{id}/c…      12   2 (16.7%) |  1.53s  1.23s  3.00s  1.23s |   1.00
GET  /health             100   1 (1.00%) | 5.84ms  400us 80.0ms  400us |      0
-----------------------------------------|-----------------------------|-------
     Aggregated          112   3 (2.68%) |  169ms  400us  3.00s  400us |   1.00
  ✗ http_req_failed rate<0.01                 2.68%
  ✓ http_req_duration{tag:health} p(95)<5000  1.23 s
  ? sse_events count>0                        NO_DATA
DEGRADED: lateness p99 3.1 ms, limit 1 ms: the generator was late for some arr…
)");
  CHECK(view.frame({.width = 120}) == R"(
light  [>                                       ] 00:02/05:00 running
users 10/10  rps 1.00  p95 3.00 s  failures 3 (2.68%)
Type Name               # reqs     # fails |    Avg    Min    Max    Med |  req/s failures/s
-------------------------------------------|-----------------------------|------------------
POST /agents/{id}/chat      12   2 (16.7%) |  1.53s  1.23s  3.00s  1.23s |   1.00       1.00
GET  /health               100   1 (1.00%) | 5.84ms  400us 80.0ms  400us |      0          0
-------------------------------------------|-----------------------------|------------------
     Aggregated            112   3 (2.68%) |  169ms  400us  3.00s  400us |   1.00       1.00
  ✗ http_req_failed rate<0.01                 2.68%
  ✓ http_req_duration{tag:health} p(95)<5000  1.23 s
  ? sse_events count>0                        NO_DATA
DEGRADED: lateness p99 3.1 ms, limit 1 ms: the generator was late for some arrivals
)");
  CHECK(view.frame({.width = 200}) == view.frame({.width = 120}));  // wider than all there is to say
}

TEST_CASE("a frame never reaches the last column or row, however small the terminal", "[unit][report][terminal]") {
  WorriedRun fake;
  for (int number = 0; number < 30; ++number)
    fake.request({.name = "/endpoint/" + std::to_string(number), .duration = 1ms});
  fake.second();
  const Viewed view(fake);
  for (const std::size_t width : {40U, 60U, 80U, 120U, 200U}) {
    for (const std::size_t height : {3U, 8U, 10U, 16U, 24U, 60U}) {
      const Lines lines = render_live(view.state(), {.width = width, .height = height});
      CHECK(lines.size() < height);
      for (const std::string& line : lines) CHECK(display_width(line) < width);
    }
  }
}

TEST_CASE("with more endpoints than rows the busiest are shown and the others counted", "[unit][report][terminal]") {
  FakeRun fake;
  for (int number = 0; number < 30; ++number) {
    fake.request({.name = fmt::format("/{:02}", number), .duration = 1ms}, number == 7 || number == 21 ? 5 : 1);
  }
  fake.second();
  const Viewed view(fake);
  const Lines lines = render_live(view.state(), {.width = 100, .height = 10});
  REQUIRE(lines.size() == 9);
  CHECK(lines[4].find("GET  /07 ") == 0);
  CHECK(lines[5].find("GET  /21 ") == 0);
  CHECK(lines[6].find("     (28 more)") == 0);
  CHECK(lines[8].find("     Aggregated ") == 0);
  CHECK(lines[8].find(" 38 ") != std::string::npos);
}

TEST_CASE("the bar fills as the shape passes, and a run without an end has none", "[unit][report][terminal]") {
  FakeRun fake;
  fake.second();
  const Viewed view(fake);
  fake.snapshot().elapsed = 150s;
  CHECK(render_live(view.state(), {.width = 80})[0] ==
        "light  [====================>                   ] 02:30/05:00 running");
  fake.snapshot().elapsed = 301s;
  fake.snapshot().phase = engine::Phase::stopping;
  CHECK(render_live(view.state(), {.width = 80})[0] ==
        "light  [========================================] 05:01/05:00 stopping");
  fake.snapshot().planned = 0s;
  CHECK(render_live(view.state(), {.width = 80})[0] == "light  05:01 stopping");
  fake.run.rehearsal = true;
  CHECK(render_live(view.state(), {.width = 80})[0] == "light (rehearsal)  05:01 stopping");
}

TEST_CASE("a plain line has the figures of the moment", "[unit][report][terminal]") {
  FakeRun fake;
  fake.request({.duration = 14ms}, 123);
  fake.second();
  CHECK(render_plain(Viewed(fake).state(), {}) == "[00:01] users 10/10  rps 123  p95 14.0 ms  failures 0 (0.0%)");
  fake.snapshot().phase = engine::Phase::stopping;
  CHECK(render_plain(Viewed(fake).state(), {}).find("[00:01] stopping  users 10/10") == 0);
}

TEST_CASE("in the open model the rate stands for the users, with what was dropped", "[unit][report][terminal]") {
  FakeRun fake;
  fake.plan.executor = profile::ExecutorKind::constant_arrival_rate;
  fake.snapshot().rate_planned = 100;
  fake.snapshot().in_flight = 3;
  fake.count("dropped_iterations", 4);
  fake.second();
  CHECK(render_plain(Viewed(fake).state(), {}) ==
        "[00:01] rate 100/s  rps 0  p95 -  failures 0 (0.0%)  dropped 4  in flight 3");
}

TEST_CASE("without colour a frame has no escape, and in a C locale only ASCII", "[unit][report][terminal]") {
  WorriedRun fake;
  const Viewed view(fake);
  CHECK(view.frame({}).find('\x1b') == std::string::npos);
  CHECK(view.frame({.color = true}).find("\x1b[31m✗\x1b[0m") != std::string::npos);
  for (const char c : view.frame({.width = 60, .unicode = false})) CHECK(static_cast<unsigned char>(c) < 0x80);
  CHECK(view.frame({.unicode = false}).find("  FAIL http_req_failed rate<0.01") != std::string::npos);
}
