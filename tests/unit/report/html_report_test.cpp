#include "report/html_report.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "fake_run.h"
#include "report/html_charts.h"
#include "report/html_findings.h"
#include "report/html_statistics.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Catch::Matchers::Contains;

namespace {

/// A page, taken apart.
struct Page {
  std::string text;

  std::vector<std::string> between(std::string_view begin, std::string_view end) const {
    std::vector<std::string> found;
    for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;) {
      at += begin.size();
      found.push_back(text.substr(at, text.find(end, at) - at));
    }
    return found;
  }
  std::string section(std::string_view id) const {
    const auto found = between(fmt::format("<section id=\"{}\"", id), "</section>");
    return found.empty() ? std::string() : found.front();
  }
  nlohmann::json data() const {
    return nlohmann::json::parse(between("<script type=\"application/json\" id=\"thresher-data\">", "</script>").at(0));
  }
};

Page page_of(FakeRun& fake, const SecondSeries& seconds = {}) {
  return {html_report_text(fake.run, fake.snapshot(), seconds, fake.summary())};
}

/// Cells of the table's rows, without their markup.
std::vector<std::string> rows_of(const std::string& html) {
  std::vector<std::string> rows;
  std::string text;
  bool inside = false;
  for (std::size_t at = 0; at < html.size(); ++at) {
    if (html.compare(at, 4, "<tr>") == 0) text.clear();
    if (html.compare(at, 5, "</tr>") == 0) rows.push_back(text);
    if (html.compare(at, 5, "</td>") == 0 || html.compare(at, 5, "</th>") == 0) text += '|';
    if (html[at] == '<') inside = true;
    if (!inside) text += html[at];
    if (html[at] == '>') inside = false;
  }
  return rows;
}

std::string hash_of(const std::string& text) {
  unsigned char digest[32], base64[45] = {};
  EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha256(), nullptr);
  EVP_EncodeBlock(base64, digest, sizeof digest);
  return fmt::format("'sha256-{}'", reinterpret_cast<char*>(base64));
}

}  // namespace

TEST_CASE("what the run says of itself comes first, then Locust's sections in its order", "[unit][report][html]") {
  EventfulRun fake;
  Judgement judgement;
  fake.run.judgement = &judgement;
  fake.plan.executor = profile::ExecutorKind::constant_arrival_rate;
  CHECK(page_of(fake).between("<section id=\"", "\"") ==
        std::vector<std::string>{"verdict", "validity", "warning-signs", "thresholds", "checks", "oracle", "lateness",
                                 "environment", "requests", "response-times", "failures", "exceptions", "charts",
                                 "ratio"});
}

TEST_CASE("the tables are Locust's, column for column", "[unit][report][html]") {
  EventfulRun fake;
  const RequestTable table = make_request_table(fake.totals(), fake.snapshot().elapsed);
  CHECK(rows_of(html_request_statistics(table).body) ==
        std::vector<std::string>{
            "Type|Name|# Requests|# Fails|Average (ms)|Min (ms)|Max (ms)|Average size|RPS|Failures/s|",
            "POST|/agents/{id}/chat|12|2|1,528|1,234|3,000|1.67 kB|6.00|1.00|",
            "GET|/health|100|1|5.84|0.40|80.0|500 B|50.0|0.50|", "|Aggregated|112|3|169|0.40|3,000|625 B|56.0|1.50|"});
  CHECK(rows_of(html_response_times(table).body).at(0) ==
        "Type|Name|50% (ms)|60% (ms)|70% (ms)|80% (ms)|90% (ms)|95% (ms)|99% (ms)|100% (ms)|");
  CHECK(rows_of(html_response_times(table).body).at(2) == "GET|/health|0.40|0.40|12.3|12.3|12.3|12.3|12.3|80.0|");
  CHECK(rows_of(html_failures(fake.totals()).body) ==
        std::vector<std::string>{"# Failures|Method|Name|Error|First seen|Last seen|",
                                 "2|POST|/agents/{id}/chat|timeout|2026-11-21T02:46:02Z|2026-11-21T02:46:02Z|",
                                 "1|GET|/health|HTTP 503|2026-11-21T02:46:01Z|2026-11-21T02:46:01Z|"});
  CHECK(rows_of(html_final_ratio(fake.plan).body).at(1) ==
        "health_checks|core agents|100%|100%|core, health|health_checks.lua:12|");
}

TEST_CASE("a run without requests still has a page", "[unit][report][html]") {
  FakeRun fake;
  const Page page = page_of(fake);
  CHECK(rows_of(page.section("response-times")).at(1) == "|Aggregated|N/A|N/A|N/A|N/A|N/A|N/A|N/A|N/A|");
  CHECK_THAT(page.section("charts"), Contains("No load was sent."));
  CHECK_THAT(page.section("failures"), Contains("No request failed."));
  CHECK_THAT(page.section("thresholds"), Contains("No threshold was set."));
  CHECK(page.section("checks").empty());
  CHECK(page.section("oracle").empty());
  CHECK(page.section("validity").empty());  // nothing was measured that could be valid
}

TEST_CASE("the page says what was decided, with the exit code and what was observed", "[unit][report][html]") {
  EventfulRun fake;
  const Page page = page_of(fake);
  CHECK_THAT(page.section("verdict"), Contains("<h2 class=\"caution\">NO_DATA</h2>") && Contains("Exit code 122") &&
                                          Contains("Also FAILED: 1 of 3 thresholds failed"));
  CHECK(rows_of(page.section("thresholds")) ==
        std::vector<std::string>{"State|Metric|Expected|Observed|Samples|Defined in|",
                                 "FAIL|http_req_failed|rate&lt;0.01|2.68%|112|light.toml:9|",
                                 "PASS|http_req_duration{tag:health}|p(95)&lt;5000|1.23 s|112|light.toml:9|",
                                 "NO_DATA|sse_events|count&gt;0|NO_DATA|1|light.toml:9|"});
  CHECK_THAT(page.section("checks"), Contains("99.0%") && Contains("says healthy"));
  CHECK_THAT(page.section("environment"),
             Contains("<code>thresher run scripts/health_checks.lua --profile light --seed 7</code>") &&
                 Contains("libuv 1.44.2, luajit 2.1"));
  CHECK_THAT(page.section("exceptions"), Contains("<pre>stack traceback:\n\tlogin.lua:42"));
}

TEST_CASE("warning signs are a section, escaped, and none when there is nothing to warn of", "[unit][report][html]") {
  CHECK_FALSE(html_warning_signs({}).has_value());
  const auto section = html_warning_signs({"3% of the requests failed, more than 1%", "a < b"});
  REQUIRE(section.has_value());
  CHECK(section->id == "warning-signs");
  CHECK_THAT(section->body, Contains("3% of the requests failed, more than 1%") && Contains("a &lt; b"));
}

TEST_CASE("an invalid measurement gives its reasons", "[unit][report][html]") {
  engine::Validity validity;
  validity.state = engine::ValidityState::invalid;
  validity.reasons = {{engine::ValidityState::invalid, "loop lag p99 was 140 ms, above 100 ms"}};
  validity.remarks = {"12 requests were stalled"};
  CHECK_THAT(html_validity(validity).body, Contains("<span class=\"chip bad\">INVALID</span>") &&
                                               Contains("loop lag p99 was 140 ms, above 100 ms") &&
                                               Contains("Note: 12 requests were stalled"));
}

TEST_CASE("a violation is shown with its witness, and what was not kept is counted", "[unit][report][html]") {
  Judgement judgement;
  judgement.validators = {"oracle"};
  judgement.checks = {{.validator = "oracle",
                       .name = "saga",
                       .summary = "twice",
                       .word = Judgement::Word::fail,
                       .observations = 4,
                       .violations = 3}};
  judgement.violations = {{.validator = "oracle",
                           .check = "saga",
                           .subject = "workflow <wf>",
                           .witness = "compensated at 2.0 s\nand again",
                           .details = R"({"step":"a"})",
                           .at = 3s}};
  judgement.violation_count = 3;
  judgement.problems = {"farm: no history"};
  const std::string html = html_oracle(judgement).body;
  CHECK_THAT(html, Contains("<h3>oracle saga: workflow &lt;wf&gt;, seen at 3.000 s</h3>\n"
                            "<pre>compensated at 2.0 s\nand again</pre>"));
  CHECK_THAT(html, Contains("{&quot;step&quot;:&quot;a&quot;}") && Contains("Could not judge: farm: no history") &&
                       Contains("<p>2 more;"));
}

TEST_CASE("lateness belongs to the open model, with what it made of response times", "[unit][report][html]") {
  FakeRun fake;
  fake.iteration(40ms, 10ms, 3);
  fake.count("dropped_iterations", 1);
  fake.second();
  CHECK_FALSE(html_lateness(fake.plan, fake.totals()));
  fake.plan.executor = profile::ExecutorKind::constant_arrival_rate;
  const std::string html = html_lateness(fake.plan, fake.totals())->body;
  const std::vector<std::string> rows = rows_of(html);
  CHECK(rows.at(1) == "Lateness|from due to started|40.0|40.0|40.0|40.0|40.0|40.0|");
  CHECK(rows.at(3) == "Response time|from due to ended|50.0|50.0|50.0|50.0|50.0|50.0|");
  CHECK_THAT(html, Contains("1 of 4 arrivals dropped (25.0%)"));
}

TEST_CASE("a page allows its own scripts and styles and nothing else", "[unit][report][html]") {
  EventfulRun fake;
  const Page page = page_of(fake);
  const std::string policy = page.between("http-equiv=\"Content-Security-Policy\" content=\"", "\"").at(0);
  CHECK(policy.starts_with("default-src 'none'; script-src 'sha256-"));
  const auto scripts = page.between("<script>", "</script>"), styles = page.between("<style>", "</style>");
  CHECK(scripts.size() == 4);
  CHECK(styles.size() == 2);
  for (const auto& text : scripts) CHECK_THAT(policy, Contains(hash_of(text)));
  for (const auto& text : styles) CHECK_THAT(policy, Contains(hash_of(text)));
  CHECK_THAT(policy, !Contains("unsafe"));
  for (const char* outside : {" src=", "<link", "@import", "url("}) CHECK_THAT(page.text, !Contains(outside));
  CHECK_THAT(page.text, Contains("The MIT License") && Contains("Leon Sorokin"));
}

TEST_CASE("what a target sends stays text, in the page and in its data", "[unit][report][html]") {
  constexpr const char* kHostile = "</script><script>alert(1)</script>";
  FakeRun fake;
  fake.request({.name = kHostile, .duration = 1ms, .status = 500});
  fake.check(kHostile, 0, 1, kHostile);
  fake.exception(kHostile, kHostile);
  fake.plan.catalogue[0].name = fake.plan.profile = fake.run.host = fake.run.command_line = kHostile;
  SecondSeries seconds;
  seconds.add(fake.second());
  const Page page = page_of(fake, seconds);
  CHECK_THAT(page.text, !Contains("alert(1)</script>"));
  CHECK(page.between("<script", ">").size() == 5);
}

TEST_CASE("charts hold rates, and the last fraction of a second does not tower over them", "[unit][report][html]") {
  FakeRun fake;
  SecondSeries seconds;
  fake.request({.duration = 20ms}, 100);
  fake.iteration(0us, 1ms, 50);
  seconds.add(fake.second());
  seconds.add(fake.second());  // nothing came
  fake.request({.duration = 40ms, .status = 500}, 60);
  seconds.add(fake.second());
  fake.request({.duration = 900ms}, 1);
  fake.snapshot().elapsed -= 990ms;  // a hundredth of a second later all has ended
  seconds.add(fake.second());
  const nlohmann::json data = page_of(fake, seconds).data();
  CHECK(data["elapsed_s"] == nlohmann::json({1, 2, 3}));
  CHECK(data["columns"]["requests_per_s"][0] == 100);
  CHECK(data["columns"]["requests_per_s"][1] == 0);
  CHECK(data["columns"]["requests_per_s"][2].get<double>() == Approx(61 / 1.01));
  CHECK(data["columns"]["failures_per_s"][2].get<double>() == Approx(60 / 1.01));
  CHECK(data["columns"]["iterations_per_s"] == nlohmann::json({50, 0, 0}));
  CHECK(data["columns"]["p95_ms"][0].get<double>() == Approx(20).epsilon(0.001));
  CHECK(data["columns"]["p95_ms"][1].is_null());
  CHECK(data["columns"]["users"] == nlohmann::json({10, 10, 10}));
  CHECK(data["began_ms"] == 1'795'229'160'000 + 990);
}

TEST_CASE("the spectrum ends where no sample lies beyond", "[unit][report][html]") {
  FakeRun fake;
  fake.request({.name = "/many", .duration = 5ms}, 999);
  fake.request({.name = "/many", .duration = 700ms});
  fake.request({.name = "/one", .duration = 1ms});
  SecondSeries seconds;
  seconds.add(fake.second());
  const nlohmann::json spectrum = page_of(fake, seconds).data()["spectrum"];
  const nlohmann::json& percentiles = spectrum["percentiles"];
  REQUIRE(spectrum["rows"].size() == 3);  // all, /many, /one
  for (std::size_t i = 1; i < percentiles.size(); ++i) REQUIRE(percentiles[i - 1] < percentiles[i]);
  const nlohmann::json& many = spectrum["rows"][1];
  CHECK(percentiles[many.size() - 1] == 99.9);
  CHECK(many.front().get<double>() == Approx(5).epsilon(0.001));
  CHECK(spectrum["rows"][2].size() == 1);
}

TEST_CASE("in the open model the spectrum shows what counts from the due time", "[unit][report][html]") {
  FakeRun fake;
  fake.plan.executor = profile::ExecutorKind::constant_arrival_rate;
  fake.iteration(40ms, 10ms, 10);
  SecondSeries seconds;
  seconds.add(fake.second());
  const Page page = page_of(fake, seconds);
  const nlohmann::json rows = page.data()["spectrum"]["rows"];
  REQUIRE(rows.size() == 3);
  CHECK(rows[1][0].get<double>() == Approx(50).epsilon(0.001));
  CHECK(rows[2][0].get<double>() == Approx(10).epsilon(0.001));
  CHECK_THAT(page.section("charts"), Contains("Dropped/s") && !Contains("Number of users"));
}

TEST_CASE("equal runs give equal pages", "[unit][report][html]") {
  EventfulRun one, other;
  CHECK(page_of(one).text == page_of(other).text);
}

TEST_CASE("the page is written when the run is concluded, and a folder nobody may write to is refused before",
          "[unit][report][html]") {
  const ScratchFolder folder;
  EventfulRun fake;
  auto report = HtmlReport::open(folder / "out/a.html", fake.run);
  REQUIRE(report);
  (*report)->on_finish(fake.snapshot());
  CHECK_FALSE(std::filesystem::exists(folder / "out/a.html"));
  REQUIRE((*report)->conclude(fake.summary()));
  SecondSeries seconds;
  seconds.add(fake.snapshot());  // on_finish() takes the second that on_second() was not told of
  CHECK(contents_of(folder / "out/a.html") == page_of(fake, seconds).text);
  CHECK((*report)->files() == std::vector{folder / "out/a.html"});

  std::ofstream(folder / "file") << "x";
  const auto refused = HtmlReport::open(folder / "file/a.html", fake.run);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("cannot write") && Contains("a.html"));
}
