#include "service/stream_loads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "service/members.h"
#include "service/stream_tally.h"
#include "service/target_url.h"

namespace thresher::service {
namespace {

constexpr std::array kBody{
    kTargetUrl,
    declared_integer("rate", "10", 1, 100, "workflows a second"),
    declared_integer("duration_seconds", "60", 1, 3600, "how long workflows are sent"),
    declared_number("chaos_rate", "0.2", 0, 1, "share of the tasks that get a fault"),
    declared_integer("seed", "12345", "of the first workflow; workflow n has seed + n"),
    kTenantId,
};
constexpr std::array kPage{
    declared_integer("limit", "100", 1, 1000, "how many to show"),
    declared_integer("offset", "0", 0, 1e9, "how many to leave out before"),
};

constexpr std::string_view kStarted =
    R"({"type":"object","required":["test_id","status","target_url","rate","duration_seconds","message"],
        "properties":{"test_id":{"type":"string"},"status":{"const":"started"}}})";
constexpr std::string_view kStatus =
    R"({"type":"object","required":["test_id","status","target_url","rate","duration_seconds","elapsed_seconds",
        "workflows_submitted","workflows_succeeded","workflows_failed","execution_ids_count","success_rate",
        "actual_rate","errors"],
        "properties":{"status":{"enum":["running","completed","failed"]},"workflows_submitted":{"type":"integer"},
                      "success_rate":{"type":["number","null"]},"errors":{"type":"array","maxItems":5}}})";
constexpr std::string_view kIds =
    R"({"type":"object","required":["test_id","execution_ids","total","limit","offset"],
        "properties":{"execution_ids":{"type":"array","items":{"type":"string"}},"total":{"type":"integer"}}})";
constexpr std::string_view kDone =
    R"({"type":"object","required":["test_id","status","message"],"properties":{"status":{"type":"string"}}})";

}  // namespace

struct StreamLoads::Test {
  std::string id, target;
  std::int64_t rate = 0, duration_seconds = 0;
  TimePoint began{};
  std::string status{store::status::kRunning};
  bool stopping = false;
  Nanoseconds took{};     ///< once it has ended
  Nanoseconds sending{};  ///< how long workflows are sent: the duration, or until it was stopped
  StreamTally tally{kMostIds, kMostErrors};
  std::string problem;  ///< why it failed
};

Result<std::unique_ptr<StreamLoads>> StreamLoads::create(event::Loop& loop, LoadBook& book, Setting setting) {
  std::unique_ptr<StreamLoads> made(new StreamLoads(loop, book, std::move(setting)));
  if (auto prepared = made->prepare(); !prepared) return fail(std::move(prepared.error()));
  return made;
}

StreamLoads::StreamLoads(event::Loop& loop, LoadBook& book, Setting setting)
    : loop_(loop), book_(book), setting_(std::move(setting)) {}
StreamLoads::~StreamLoads() = default;

Result<void> StreamLoads::prepare() {
  auto body = schema_of(kBody, "member");
  if (!body) return fail(std::move(body.error()));
  auto page = schema_of(kPage, "parameter");
  if (!page) return fail(std::move(page.error()));
  body_schema_ = std::move(*body);
  page_schema_ = std::move(*page);
  return {};
}

void StreamLoads::add_to(Router& router) {
  const auto add = [&](std::string method, std::string path, std::string summary, std::string_view answer,
                       void (StreamLoads::*handler)(Call&)) {
    Endpoint endpoint;
    endpoint.method = std::move(method);
    endpoint.path = "/api/agents/stream-load-test" + path;
    endpoint.tag = "test";
    endpoint.summary = std::move(summary);
    endpoint.answer = answer;
    endpoint.failures = path.empty() ? "429 500 503" : "404";
    endpoint.handle = [this, handler](Call& call) { (this->*handler)(call); };
    if (path.empty()) {
      endpoint.body = body_schema_.json();
      endpoint.example = R"({"rate":20,"duration_seconds":30,"seed":12345})";
    }
    if (path.ends_with("execution-ids")) endpoint.parameters = page_schema_.json();
    router.add(std::move(endpoint));
  };
  add("POST", "", "Send workflows to a platform at a constant rate", kStarted, &StreamLoads::start);
  add("GET", "/{id}/status", "How a stream load test stands", kStatus, &StreamLoads::status);
  add("POST", "/{id}/stop", "Stop it; what is in flight is awaited", kDone, &StreamLoads::stop);
  add("GET", "/{id}/execution-ids", "The platform's ids of what it accepted", kIds, &StreamLoads::execution_ids);
  add("DELETE", "/{id}", "Forget it; one that still goes on ends at once", kDone, &StreamLoads::remove);
}

void StreamLoads::start(Call& call) {
  const auto members = Members::of_body(body_schema_, call.request.body);
  if (!members) return answer_error(*call.responder, 400, members.error().message);
  const auto target = chosen_platform(*members, setting_.platform_url);
  if (!target) return answer_error(*call.responder, 400, target.error().message);

  const auto test = std::make_shared<Test>();
  test->target = *target;
  test->rate = members->integer("rate");
  test->duration_seconds = members->integer("duration_seconds");
  test->began = loop_.now();
  test->sending = std::chrono::seconds(test->duration_seconds);
  const std::int64_t seed = members->integer("seed");
  const std::string chaos_rate = fmt::format("{}", members->number("chaos_rate"));

  WantedLoad wanted;
  wanted.request.task = "stream";
  wanted.request.rate_per_s = static_cast<double>(test->rate);
  wanted.request.duration = std::chrono::seconds(test->duration_seconds);
  wanted.request.seed = static_cast<std::uint64_t>(seed);
  wanted.request.settings = {{"TARGET_URL", *target},
                             {"RATE", fmt::format("{}", test->rate)},
                             {"DURATION", fmt::format("{}", test->duration_seconds)},
                             {"CHAOS_RATE", chaos_rate},
                             {"SEED", fmt::format("{}", seed)},
                             {"TENANT_ID", members->text("tenant_id")},
                             {"WAIT", "true"}};
  wanted.record.kind = store::kind::kStreamLoadTest;
  wanted.record.name = fmt::format("stream-{}ps-{}s-s{}", test->rate, test->duration_seconds, seed);
  wanted.record.host = *target;
  wanted.record.seed = static_cast<std::uint64_t>(seed);
  wanted.record.version = setting_.version;
  wanted.record.conditions = json_text({{"chaos_rate", members->number("chaos_rate")},
                                        {"duration_seconds", test->duration_seconds},
                                        {"rate", test->rate},
                                        {"tenant_id", members->text("tenant_id")}});
  wanted.on_history = [test](std::string_view line) { test->tally.observe(line); };
  wanted.conclude = [this, test](const LoadOutcome& outcome) { return conclude(*test, outcome); };
  const auto id = book_.start(std::move(wanted));
  if (!id) return answer_error(*call.responder, id.error().status, id.error().why);
  test->id = *id;
  tests_.emplace(*id, test);
  forget_oldest();
  answer_json(*call.responder, 200,
              {{"test_id", *id},
               {"status", "started"},
               {"target_url", *target},
               {"rate", test->rate},
               {"duration_seconds", test->duration_seconds},
               {"message",
                fmt::format("sends {} workflows a second to {} for {}; see "
                            "/api/agents/stream-load-test/{}/status",
                            test->rate, *target, format_duration(std::chrono::seconds(test->duration_seconds)), *id)}});
}

Nanoseconds StreamLoads::elapsed(const Test& test) const {
  return test.status == store::status::kRunning ? loop_.now() - test.began : test.took;
}

Json StreamLoads::status_of(const Test& test) const {
  const StreamTally& tally = test.tally;
  const double seconds = to_seconds(elapsed(test));
  const double sending_seconds = std::min(seconds, to_seconds(test.sending));  // what is in flight then is only awaited
  const std::uint64_t ended = tally.succeeded() + tally.failed();
  Json errors = tally.errors();
  if (!test.problem.empty() && errors.size() < kMostErrors) errors.push_back(test.problem);
  return {
      {"test_id", test.id},
      {"status", test.status},
      {"target_url", test.target},
      {"rate", test.rate},
      {"duration_seconds", test.duration_seconds},
      {"elapsed_seconds", seconds},
      {"workflows_submitted", tally.submitted()},
      {"workflows_succeeded", tally.succeeded()},
      {"workflows_failed", tally.failed()},
      {"execution_ids_count", tally.accepted()},
      {"success_rate", ended == 0 ? Json() : Json(static_cast<double>(tally.succeeded()) / static_cast<double>(ended))},
      {"actual_rate", sending_seconds > 0 ? static_cast<double>(tally.submitted()) / sending_seconds : 0.0},
      {"errors", std::move(errors)},
      {"stopped", test.stopping}};
}

store::RunEnd StreamLoads::conclude(Test& test, const LoadOutcome& outcome) {
  test.took = elapsed(test);
  const bool went_wrong = outcome.summary.error || test.tally.submitted() == 0;
  test.status = went_wrong ? store::status::kFailed : store::status::kCompleted;
  if (went_wrong) test.problem = outcome.summary.error ? to_text(*outcome.summary.error) : "no workflow was submitted";

  store::RunEnd end;
  end.status = test.status;
  const bool had_failures = test.tally.failed() > 0 || outcome.violation_count > 0;
  if (!went_wrong && had_failures) end.status = store::status::kCompletedWithFailures;
  const bool was_stopped = outcome.summary.stop != engine::StopReason::completed;
  if (!went_wrong && was_stopped) end.status = store::status::kInterrupted;
  end.verdict_text = test.problem;
  end.duration = test.took;
  end.figures.iterations = test.tally.submitted();
  end.figures.iterations_dropped = outcome.summary.dropped_iterations;
  end.figures.oracle_violations = outcome.violation_count;
  end.document = json_text(status_of(test));
  return end;
}

std::shared_ptr<StreamLoads::Test> StreamLoads::find(Call& call) {
  const auto at = tests_.find(std::string(call.id));
  if (at != tests_.end()) return at->second;
  answer_error(*call.responder, 404,
               fmt::format("no stream load test \"{}\" in this process; older ones are in "
                           "/api/agents/stress-test-runs",
                           call.id));
  return nullptr;
}

void StreamLoads::status(Call& call) {
  if (const auto test = find(call)) answer_json(*call.responder, 200, status_of(*test));
}

void StreamLoads::stop(Call& call) {
  const auto test = find(call);
  if (!test) return;
  Load* load = book_.find(test->id);
  if (load != nullptr && !std::exchange(test->stopping, true)) {
    test->sending = std::min(test->sending, elapsed(*test));
    load->stop();
  }
  answer_json(*call.responder, 200,
              {{"test_id", test->id},
               {"status", load != nullptr ? "stopping" : test->status},
               {"message",
                load != nullptr ? "no more workflows are sent; those in flight are awaited" : "it had ended already"}});
}

void StreamLoads::execution_ids(Call& call) {
  const auto test = find(call);
  if (!test) return;
  const auto page = Members::of_query(page_schema_, call.query.parameters());
  if (!page) return answer_error(*call.responder, 400, page.error().message);
  const std::vector<std::string>& ids = test->tally.execution_ids();
  const auto from = std::min(static_cast<std::size_t>(page->integer("offset")), ids.size());
  const auto count = std::min(static_cast<std::size_t>(page->integer("limit")), ids.size() - from);
  const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(from);
  answer_json(*call.responder, 200,
              {{"test_id", test->id},
               {"execution_ids", std::vector<std::string>(begin, begin + static_cast<std::ptrdiff_t>(count))},
               {"total", ids.size()},
               {"limit", page->integer("limit")},
               {"offset", page->integer("offset")}});
}

void StreamLoads::remove(Call& call) {
  const auto test = find(call);
  if (!test) return;
  const bool went_on = book_.find(test->id) != nullptr;
  book_.drop(test->id);
  tests_.erase(test->id);
  answer_json(*call.responder, 200,
              {{"test_id", test->id},
               {"status", "deleted"},
               {"message", went_on ? "it went on until now; the run history calls it interrupted"
                                   : "the run history still has it"}});
}

void StreamLoads::forget_oldest() {
  const auto has_ended = [](const auto& entry) { return entry.second->status != store::status::kRunning; };
  while (static_cast<std::size_t>(std::count_if(tests_.begin(), tests_.end(), has_ended)) > kMostEnded)
    tests_.erase(std::find_if(tests_.begin(), tests_.end(), has_ended));
}

}  // namespace thresher::service
