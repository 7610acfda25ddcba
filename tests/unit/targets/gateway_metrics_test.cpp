#include "gateway_client.h"

using namespace gateway_test;

TEST_CASE("metrics follow what comes to pass, at the time when it does", "[targets][gateway]") {
  Client client;
  client.call_sync(0s, client.input(1, 1, 2));
  client.submit(0s, client.input(2));
  const auto during = client.metrics(50ms);
  CHECK(during.at("agentfield_waiters_inflight") == 1);
  CHECK(during.at(R"(agentfield_worker_inflight{agent="demo-agent"})") == 2);
  CHECK(during.count(R"(agentfield_step_duration_seconds_count{status="succeeded"})") == 0);
  CHECK(client.metrics(150ms).at(R"(agentfield_worker_inflight{agent="demo-agent"})") == 3);
  const auto after = client.metrics(200ms);
  CHECK(after.at("agentfield_waiters_inflight") == 0);
  CHECK(after.at(R"(agentfield_worker_inflight{agent="demo-agent"})") == 0);
  CHECK(after.at(R"(agentfield_step_duration_seconds_count{status="succeeded"})") == 4);
  CHECK(after.at(R"(agentfield_step_duration_seconds_sum{status="succeeded"})") == Approx(0.5));
  CHECK(after.at(R"(agentfield_step_duration_seconds_bucket{status="succeeded",le="0.05"})") == 0);
  CHECK(after.at(R"(agentfield_step_duration_seconds_bucket{status="succeeded",le="0.1"})") == 3);
  CHECK(after.at(R"(agentfield_step_duration_seconds_bucket{status="succeeded",le="+Inf"})") == 4);
}

TEST_CASE("each agent and each way to end has a series of its own", "[targets][gateway]") {
  Client client(steady(R"("failure_rate":0.5)"));
  client.ask("POST", "/api/v1/nodes/register", 0s, R"({"id":"second","base_url":"x","reasoners":[{"id":"r"}]})");
  for (int i = 0; i < 20; ++i) client.call_sync(0s, client.input(i));
  client.target_name = "second.r";
  client.call_sync(0s, client.input(1));
  const auto metrics = client.metrics(1ms);
  CHECK(metrics.at(R"(agentfield_worker_inflight{agent="demo-agent"})") == 20);
  CHECK(metrics.at(R"(agentfield_worker_inflight{agent="second"})") == 1);
  const auto after = client.metrics(1s);
  CHECK(after.at(R"(agentfield_step_duration_seconds_count{status="succeeded"})") +
            after.at(R"(agentfield_step_duration_seconds_count{status="failed"})") ==
        21);
}

TEST_CASE("the process's figures move with the load", "[targets][gateway]") {
  Client client(steady(R"("queue_capacity":1000)"));
  const auto idle = client.metrics(0s);
  const std::string large = Json{{"input", {{"payload", std::string(1 << 20, 'x')}}}}.dump();
  for (int i = 0; i < 100; ++i) client.submit(0s, large);
  const auto busy = client.metrics(10ms);
  CHECK(busy.at("process_resident_memory_bytes") > idle.at("process_resident_memory_bytes") + 100e6);
  CHECK(busy.at("go_memstats_heap_alloc_bytes") > idle.at("go_memstats_heap_alloc_bytes") + 80e6);
  CHECK(busy.at("process_resident_memory_bytes") > busy.at("go_memstats_heap_alloc_bytes"));
  CHECK(busy.at("go_goroutines") > idle.at("go_goroutines"));
  const auto after = client.metrics(100s);
  CHECK(after.at("process_resident_memory_bytes") < idle.at("process_resident_memory_bytes") + 2e6);
  CHECK(after.at("process_cpu_seconds_total") > idle.at("process_cpu_seconds_total"));
  CHECK(after.at("go_goroutines") == idle.at("go_goroutines"));
  CHECK(after.at("process_start_time_seconds") == 1'700'000'000);
}

TEST_CASE("the metrics' prefix is the product's, old or new", "[targets][gateway]") {
  Client client(steady(R"("metrics_prefix":"playground_")"));
  CHECK(client.metrics(0s).count("playground_gateway_queue_depth") == 1);
  CHECK(client.metrics(0s).count("agentfield_gateway_queue_depth") == 0);
  const auto refused = client.registry.target("gateway").value()->create(R"({"metrics_prefix":"1-x"})", 1);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("\"1-x\" does not begin a metric's name"));
}

TEST_CASE("metrics lie in the way they are told", "[targets][gateway][faults]") {
  const auto scraped = [](const std::string& fault, Nanoseconds at) {
    Client client(steady(R"("workers":1,"queue_capacity":2,"metrics_fault":")" + fault + "\""));
    client.metrics(0s);
    for (int i = 0; i < 4; ++i) client.call_async(0s, client.input(i));
    return client.metrics(at);
  };
  const std::string depth = "agentfield_gateway_queue_depth";
  const std::string refused = R"(agentfield_gateway_backpressure_total{reason="queue_full"})";
  const std::string ended = R"(agentfield_step_duration_seconds_count{status="succeeded"})";
  CHECK(scraped("none", 1ms).at(depth) == 2);
  CHECK(scraped("none", 1ms).at(refused) == 1);
  CHECK(scraped("zero_queue", 1ms).at(depth) == 0);
  CHECK(scraped("zero_backpressure", 1ms).at(refused) == 0);
  CHECK(scraped("frozen", 1ms).at(depth) == 0);
  CHECK(scraped("missing", 1ms).count(depth) == 0);
  CHECK(scraped("missing", 1ms).count("go_goroutines") == 1);
  CHECK(scraped("counters_reset", 9s).at(ended) == 3);
  CHECK(scraped("counters_reset", 11s).at(ended) == 0);
}
