#include <catch2/catch.hpp>
#include <map>

#include "metrics/recorder.h"
#include "metrics/totals.h"
#include "support/allocations.h"

using namespace thresher::metrics;
using namespace std::chrono_literals;
using thresher::Outcome;
using thresher::TimePoint;

namespace {

RequestKey health() { return {"/health", "GET", "health_checks", "core", "", {{"tag", "core"}, {"tag", "health"}}}; }

RequestSample answer(int status = 200) {
  RequestSample sample;
  sample.finished = TimePoint{1s};
  sample.status = status;
  sample.expected = status < 400;
  sample.blocked = 10us;
  sample.connecting = 20us;
  sample.tls_handshaking = 30us;
  sample.sending = 100us;
  sample.waiting = 2000us;
  sample.receiving = 300us;
  sample.bytes_sent = 150;
  sample.bytes_received = 900;
  sample.proto = "HTTP/1.1";
  return sample;
}

RequestSample failure(Outcome outcome) {
  RequestSample sample;
  sample.outcome = outcome;
  sample.expected = false;
  return sample;
}

struct Recorded {
  explicit Recorded(RecorderOptions options = {}) : worker(Recorder::create(0, std::move(options))) {}

  const Totals& totals() {
    merged.begin_second({}, {});
    merged.add(worker->take({}));
    return merged;
  }
  std::unique_ptr<Recorder> worker;
  Totals merged;
};

/// The one series of a metric with this tag.
const Series& series_with(const Totals& totals, std::string_view metric, std::string_view key, std::string_view value) {
  const Series* found = nullptr;
  for (const auto& [name, series] : totals.series()) {
    if (name.metric != metric || series.tag(key) != value) continue;
    REQUIRE(found == nullptr);
    found = &series;
  }
  REQUIRE(found != nullptr);
  return *found;
}

std::size_t series_of(const Totals& totals, std::string_view metric) { return totals.aggregate(metric).series; }

}  // namespace

TEST_CASE("one request feeds all eleven of its series", "[unit][metrics]") {
  Recorded recorded;
  recorded.worker->request(health()).record(answer());
  const Totals& totals = recorded.totals();
  CHECK(totals.series().size() == 11);
  CHECK(totals.aggregate("http_reqs").counter.sum == 1);
  CHECK(totals.aggregate("http_reqs").counter.count == 1);
  CHECK(totals.aggregate("http_req_failed").rate.passes == 0);
  CHECK(totals.aggregate("http_req_failed").rate.total == 1);
  CHECK(totals.aggregate("http_req_duration").trend.max() == 2400);
  CHECK(totals.aggregate("http_req_blocked").trend.max() == 10);
  CHECK(totals.aggregate("http_req_connecting").trend.max() == 20);
  CHECK(totals.aggregate("http_req_tls_handshaking").trend.max() == 30);
  CHECK(totals.aggregate("http_req_sending").trend.max() == 100);
  CHECK(totals.aggregate("http_req_waiting").trend.max() == 2000);
  CHECK(totals.aggregate("http_req_receiving").trend.max() == 300);
  CHECK(totals.aggregate("data_sent").counter.sum == 150);
  CHECK(totals.aggregate("data_received").counter.sum == 900);
}

TEST_CASE("a request's series carry the system tags, the key's and the run's", "[unit][metrics]") {
  Recorded recorded{{.run_tags = {{"testid", "42"}}}};
  RequestKey key = health();
  key.group = "::login";
  RequestSample sample = answer();
  sample.tls_version = "tls1.3";
  recorded.worker->request(key).record(sample);
  const Totals& totals = recorded.totals();
  CHECK(series_with(totals, "http_req_duration", "name", "/health").tags == Tags{{"expected_response", "true"},
                                                                                 {"group", "::login"},
                                                                                 {"method", "GET"},
                                                                                 {"name", "/health"},
                                                                                 {"proto", "HTTP/1.1"},
                                                                                 {"scenario", "health_checks"},
                                                                                 {"status", "200"},
                                                                                 {"tag", "core"},
                                                                                 {"tag", "health"},
                                                                                 {"task", "core"},
                                                                                 {"testid", "42"},
                                                                                 {"tls_version", "tls1.3"}});
  CHECK(series_with(totals, "data_received", "name", "/health").tags == Tags{{"group", "::login"},
                                                                             {"method", "GET"},
                                                                             {"name", "/health"},
                                                                             {"scenario", "health_checks"},
                                                                             {"tag", "core"},
                                                                             {"tag", "health"},
                                                                             {"task", "core"},
                                                                             {"testid", "42"}});
}

TEST_CASE("a request outside a group, answered in the clear, has neither tag", "[unit][metrics]") {
  Recorded recorded;
  recorded.worker->request(health()).record(answer());
  const Series& series = series_with(recorded.totals(), "http_reqs", "name", "/health");
  CHECK_FALSE(has_key(series.tags, "group"));
  CHECK_FALSE(has_key(series.tags, "tls_version"));
  CHECK_FALSE(has_key(series.tags, "error"));
  CHECK_FALSE(has_key(series.tags, "error_code"));
}

TEST_CASE("a tag of the script's own yields to the system tag of that name", "[unit][metrics]") {
  Recorded recorded;
  RequestKey key = health();
  key.tags = {{"flow", "a"}, {"status", "made up"}};
  recorded.worker->request(key).record(answer());
  const Series& series = series_with(recorded.totals(), "http_reqs", "flow", "a");
  CHECK(series.tag("status") == "200");
}

TEST_CASE("a request that got no answer names its error and k6's code", "[unit][metrics]") {
  Recorded recorded;
  recorded.worker->request(health()).record(failure(Outcome::timeout));
  const Totals& totals = recorded.totals();
  const Series& series = series_with(totals, "http_req_failed", "name", "/health");
  CHECK(series.tag("status") == "0");
  CHECK(series.tag("error") == "timeout");
  CHECK(series.tag("error_code") == "1050");
  CHECK(series.tag("expected_response") == "false");
  CHECK_FALSE(has_key(series.tags, "proto"));
  CHECK(series.rate.passes == 1);
}

TEST_CASE("an unexpected status fails the request, with k6's code and no error name", "[unit][metrics]") {
  Recorded recorded;
  recorded.worker->request(health()).record(answer(503));
  const Series& series = series_with(recorded.totals(), "http_req_failed", "name", "/health");
  CHECK(series.tag("status") == "503");
  CHECK(series.tag("error_code") == "1503");
  CHECK(series.tag("expected_response") == "false");
  CHECK_FALSE(has_key(series.tags, "error"));
  CHECK(series.rate.passes == 1);
}

TEST_CASE("the same status counts apart when a script expects it", "[unit][metrics]") {
  Recorded recorded;
  RequestSample expected = answer(404);
  expected.expected = true;
  RequestSeries& series = recorded.worker->request(health());
  series.record(answer(404));
  series.record(expected);
  series.record(expected);
  const Totals& totals = recorded.totals();
  CHECK(series_with(totals, "http_reqs", "expected_response", "true").counter.sum == 2);
  CHECK(series_with(totals, "http_reqs", "expected_response", "false").counter.sum == 1);
  CHECK(totals.aggregate("http_req_failed").rate.passes == 1);
}

TEST_CASE("endings that alternate each go to their own series", "[unit][metrics]") {
  Recorded recorded;
  RequestSeries& series = recorded.worker->request(health());
  RequestSample http2 = answer();
  http2.proto = "HTTP/2.0";
  for (int i = 0; i < 10; ++i) {
    series.record(answer(200));
    series.record(answer(503));
    series.record(failure(Outcome::reset));
    series.record(failure(Outcome::closed));
    series.record(http2);
  }
  const Totals& totals = recorded.totals();
  CHECK(series_of(totals, "http_reqs") == 5);
  for (const auto& [key, one] : totals.series()) {
    if (key.metric == "http_reqs") CHECK(one.counter.sum == 10);
  }
  CHECK(totals.aggregate("http_req_failed").rate.passes == 30);
  CHECK(totals.aggregate("http_reqs", {{{"error", "reset"}}}).counter.sum == 10);
  CHECK(totals.aggregate("http_reqs", {{{"proto", "HTTP/2.0"}}}).counter.sum == 10);
  CHECK(series_of(totals, "data_sent") == 1);  // bytes are not split by ending
  CHECK(totals.aggregate("data_sent").counter.sum == 30 * 150);
}

TEST_CASE("a key is resolved to the same series every time, and any difference to another", "[unit][metrics]") {
  Recorded recorded;
  RequestSeries& first = recorded.worker->request(health());
  CHECK(&recorded.worker->request(health()) == &first);
  for (auto change : {+[](RequestKey& k) { k.name = "/x"; }, +[](RequestKey& k) { k.method = "POST"; },
                      +[](RequestKey& k) { k.scenario = "chat"; }, +[](RequestKey& k) { k.task = "other"; },
                      +[](RequestKey& k) { k.group = "::g"; }, +[](RequestKey& k) { k.tags.pop_back(); }}) {
    RequestKey other = health();
    change(other);
    CHECK(&recorded.worker->request(other) != &first);
  }
}

TEST_CASE("a resolved request that is never sent makes no series", "[unit][metrics]") {
  Recorded recorded;
  recorded.worker->request(health());
  CHECK(recorded.totals().series().empty());
}

TEST_CASE("a delta names only the endings that occurred since the one before", "[unit][metrics]") {
  const auto worker = Recorder::create(0, {});
  RequestSeries& series = worker->request(health());
  series.record(answer());
  series.record(answer(503));
  CHECK(worker->take({}).rates.size() == 2);
  series.record(answer());
  series.record(answer());
  const Delta delta = worker->take({});
  REQUIRE(delta.rates.size() == 1);
  CHECK(delta.rates[0].value.total == 2);
  CHECK(delta.trends.size() == 7);
  CHECK(worker->take({}).rates.empty());
}

TEST_CASE("recording a request allocates nothing once its ending is known", "[unit][metrics]") {
  const auto worker = Recorder::create(0, {});
  RequestSeries& series = worker->request(health());
  const auto record = [&series] {
    for (int i = 0; i < 500; ++i) {
      RequestSample sample = answer(i % 3 == 0 ? 503 : 200);
      sample.waiting += std::chrono::microseconds(71 * i);
      series.record(sample);
    }
  };
  record();
  const Delta delta = worker->take({});
  const std::size_t before = thresher::test::allocations();
  record();
  CHECK(thresher::test::allocations() == before);
}

TEST_CASE("an endpoint's series cost a worker less than 30 KB", "[unit][metrics]") {
  const auto worker = Recorder::create(0, {});
  RequestSeries& series = worker->request(health());
  for (int i = 0; i < 20'000; ++i) {  // a local service: 0.2 to 2 ms
    RequestSample sample = answer();
    sample.waiting = std::chrono::microseconds(200 + 97 * i % 1800);
    sample.connecting = sample.tls_handshaking = 0ns;
    series.record(sample);
  }
  const Delta delta = worker->take({});
  std::size_t bytes = 0;
  for (const auto& trend : delta.trends) bytes += trend.value.memory_bytes();
  CHECK(bytes < 30'000);
}

TEST_CASE("requests beyond the series limit share one __other__ that still tells failures", "[unit][metrics]") {
  Recorded recorded{{.series_max = 25}};  // two endpoints with one ending each, and three to spare
  for (int i = 0; i < 10; ++i) {
    RequestKey key = health();
    key.name = "/item/" + std::to_string(i);
    recorded.worker->request(key).record(i % 2 == 0 ? answer() : failure(Outcome::reset));
  }
  const Totals& totals = recorded.totals();
  CHECK(totals.aggregate("http_reqs").counter.sum == 10);
  CHECK(totals.aggregate("http_req_failed").rate.passes == 5);
  CHECK(totals.aggregate("data_received").counter.sum == 5 * 900);
  const Series& other = series_with(totals, "http_req_failed", "name", "__other__");
  CHECK(other.rate.total == 8);
  CHECK(other.rate.passes == 4);
  CHECK(totals.overflowed_series() > 0);
  CHECK(totals.series().size() <= 25 + 11);

  const std::uint64_t said = totals.overflowed_series();
  RequestKey known = health();
  known.name = "/item/0";
  recorded.worker->request(known).record(answer());
  CHECK(recorded.totals().overflowed_series() == said);
}

TEST_CASE("distinct keys beyond the limit do not fill the memory, recorded or not", "[unit][metrics]") {
  const auto worker = Recorder::create(0, {.series_max = 50});
  RequestSeries* last = nullptr;
  for (int i = 0; i < 1000; ++i) {
    RequestKey key = health();
    key.name = std::to_string(i);
    RequestSeries& series = worker->request(key);
    if (i > 50) CHECK(&series == last);
    last = &series;
  }
}

TEST_CASE("a kept request sample has one value per series and its detail once", "[unit][metrics]") {
  Recorded recorded{{.keep_samples = true}};
  const SampleDetail detail{"http://127.0.0.1:8007/health", "HTTP/1.1", ""};
  RequestSample sample = answer();
  sample.detail = &detail;
  RequestSeries& series = recorded.worker->request(health());
  series.record(answer());
  series.record(sample);
  const Totals& totals = recorded.totals();
  const auto samples = totals.samples();
  REQUIRE(samples.size() == 22);
  std::map<std::string, double> values;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    values[samples[i].series->metric.name] = samples[i].value;
    CHECK(samples[i].at == TimePoint{1s});
    if (i < 11) {
      CHECK(samples[i].detail == nullptr);
    } else {
      REQUIRE(samples[i].detail != nullptr);
      CHECK(samples[i].detail->url == detail.url);
    }
  }
  CHECK(values.at("http_reqs") == 1);
  CHECK(values.at("http_req_failed") == 0);
  CHECK(values.at("http_req_duration") == Approx(2.4));
  CHECK(values.at("http_req_waiting") == Approx(2.0));
  CHECK(values.at("http_req_receiving") == Approx(0.3));
  CHECK(values.at("data_received") == 900);
}

namespace {

RequestSample refusal(int status, std::string_view url, std::string_view said) {
  RequestSample sample = answer(status);
  sample.url = url;
  sample.said = said;
  return sample;
}

const FailureExample& example_of(const Totals& totals, std::string_view key, std::string_view value) {
  const FailureExample* example = totals.example_of(series_with(totals, "http_req_failed", key, value));
  REQUIRE(example != nullptr);
  return *example;
}

}  // namespace

TEST_CASE("of each way to fail the first exchange is kept as an example", "[unit][metrics]") {
  Recorded recorded;
  RequestSeries& series = recorded.worker->request(health());
  series.record(refusal(200, "http://h/health?n=0", "fine"));
  series.record(refusal(503, "http://h/health?n=1", "busy"));
  series.record(refusal(503, "http://h/health?n=2", "still busy"));
  recorded.totals();
  series.record(refusal(503, "http://h/health?n=3", "busy for ever"));
  RequestSample unanswered = failure(Outcome::timeout);
  unanswered.url = "http://h/health?n=4";
  unanswered.said = "nothing within 3 s";
  series.record(unanswered);
  const Totals& totals = recorded.totals();
  CHECK(example_of(totals, "status", "503").url == "http://h/health?n=1");
  CHECK(example_of(totals, "status", "503").status == 503);
  CHECK(example_of(totals, "status", "503").text == "busy");
  CHECK(example_of(totals, "error", "timeout").url == "http://h/health?n=4");
  CHECK(example_of(totals, "error", "timeout").status == 0);
  CHECK(example_of(totals, "error", "timeout").text == "nothing within 3 s");
  CHECK(totals.example_of(series_with(totals, "http_req_failed", "status", "200")) == nullptr);
}

TEST_CASE("of several workers' examples one stays", "[unit][metrics]") {
  const auto first = Recorder::create(0, {}), second = Recorder::create(1, {});
  first->request(health()).record(refusal(500, "http://h/first", ""));
  second->request(health()).record(refusal(500, "http://h/second", ""));
  Totals totals;
  totals.begin_second({}, {});
  totals.add(first->take({}));
  totals.add(second->take({}));
  CHECK(example_of(totals, "status", "500").url == "http://h/first");
}

TEST_CASE("an example's text is cut between characters; what is no text is told by its size", "[unit][metrics]") {
  Recorded recorded;
  const auto text_of = [&](int status, const std::string& said) {
    recorded.worker->request(health()).record(refusal(status, "", said));
    return example_of(recorded.totals(), "status", std::to_string(status)).text;
  };
  std::string umlauts;
  for (int i = 0; i < 150; ++i) umlauts += "\xc3\xbc";
  CHECK(text_of(500, umlauts) == umlauts.substr(0, 200));
  CHECK(text_of(501, "x" + umlauts) == "x" + umlauts.substr(0, 198));
  CHECK(text_of(502, std::string("\x1f\x8b\x08\x00", 4)) == "(4 bytes that are no text)");
  CHECK(text_of(503, "") == "");
}

TEST_CASE("a target that fails in ever new ways does not fill the memory with examples", "[unit][metrics]") {
  Recorded recorded;
  RequestKey key = health();
  for (int i = 0; i < 150; ++i) {
    key.name = std::to_string(i);
    recorded.worker->request(key).record(refusal(500, "http://h/", "no"));
  }
  const Totals& totals = recorded.totals();
  CHECK(totals.example_of(series_with(totals, "http_req_failed", "name", "99")) != nullptr);
  CHECK(totals.example_of(series_with(totals, "http_req_failed", "name", "100")) == nullptr);
}
