#include "service/run_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "service/members.h"

namespace thresher::service {
namespace {

constexpr std::array kParameters{
    declared_integer("limit", "50", 1, 200, "how many, newest first"),
    declared_choice("kind", "stress-test|stream-load-test|all", "all", "which kind of test"),
};

constexpr std::string_view kNoStore = "this service was started without a run history";
constexpr std::string_view kRun =
    R"({"type":"object","required":["run_id","kind","status","target_url","seed","started_at"],
        "properties":{"run_id":{"type":"string"},"status":{"type":"string"},"started_at":{"type":"string"}}})";

bool is_ours(const store::RunRecord& run) {
  return run.start.kind == store::kind::kStressTest || run.start.kind == store::kind::kStreamLoadTest;
}

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

/// What every list has of a run: the conditions are scale, workflow_count, chaos_rate ... or rate, duration_seconds ...
Json summary_of(const store::RunRecord& run) {
  Json shown{
      {"run_id", run.id},         {"kind", run.start.kind},       {"test_id", run.start.name},
      {"status", run.end.status}, {"target_url", run.start.host}, {"seed", static_cast<std::int64_t>(run.start.seed)}};
  if (const Json conditions = Json::parse(run.start.conditions, nullptr, false); conditions.is_object())
    for (const auto& [name, value] : conditions.items()) shown[name] = value;
  shown["started_at"] = format_wall_time(run.started);
  shown["completed_at"] = run.finished ? Json(format_wall_time(*run.finished)) : Json();
  shown["duration_ms"] = run.end.duration ? Json(to_milliseconds(*run.end.duration)) : Json();
  shown["completion_rate"] = run.end.figures.completion_rate ? Json(*run.end.figures.completion_rate) : Json();
  shown["verdict"] = or_null(run.end.verdict);
  shown["verdict_text"] = or_null(run.end.verdict_text);
  shown["violations_total"] = run.end.figures.oracle_violations;
  return shown;
}

/// The whole answer of its time, and what the history knows beyond it.
Json details_of(const store::RunRecord& run) {
  Json shown = summary_of(run);
  const Json document = Json::parse(run.document, nullptr, false);
  if (document.is_object()) {
    for (const auto& [name, value] : document.items())
      if (!shown.contains(name)) shown[name] = value;
  }
  Json notes = Json::array();
  for (const store::RunNote& note : run.notes)
    notes.push_back({{"at", format_wall_time(note.at)}, {"text", note.text}});
  shown["notes"] = std::move(notes);
  return shown;
}

}  // namespace

Result<std::unique_ptr<RunHistory>> RunHistory::create(store::RunStore* store) {
  auto schema = schema_of(kParameters, "parameter");
  if (!schema) return fail(std::move(schema.error()));
  return std::unique_ptr<RunHistory>(new RunHistory(store, std::move(*schema)));
}

void RunHistory::add_to(Router& router) {
  Endpoint listed;
  listed.method = "GET";
  listed.path = "/api/agents/stress-test-runs";
  listed.tag = "history";
  listed.summary = "Tests that ran, and those that still do, newest first";
  listed.parameters = schema_.json();
  listed.answer = fmt::format(R"({{"type":"object","required":["runs","count"],
      "properties":{{"count":{{"type":"integer"}},"runs":{{"type":"array","items":{}}}}}}})",
                              kRun);
  listed.failures = "503";
  listed.handle = [this](Call& call) { list(call); };
  router.add(std::move(listed));

  Endpoint shown;
  shown.method = "GET";
  shown.path = "/api/agents/stress-test-runs/{id}";
  shown.tag = "history";
  shown.summary = "Everything of one test";
  shown.answer = kRun;
  shown.failures = "404 503";
  shown.handle = [this](Call& call) { show(call); };
  router.add(std::move(shown));
}

Result<std::vector<store::RunRecord>> RunHistory::newest(std::string_view kind, std::size_t limit) {
  store::RunFilter filter;
  filter.kind = kind;
  filter.limit = limit;
  return store_->list(filter);
}

void RunHistory::list(Call& call) {
  const auto asked = Members::of_query(schema_, call.query.parameters());
  if (!asked) return answer_error(*call.responder, 400, asked.error().message);
  if (store_ == nullptr) return answer_error(*call.responder, 503, kNoStore);
  const auto limit = static_cast<std::size_t>(asked->integer("limit"));
  const std::string kind = asked->text("kind");
  std::vector<store::RunRecord> runs;
  for (const std::string_view one : {store::kind::kStressTest, store::kind::kStreamLoadTest}) {
    if (kind != "all" && kind != one) continue;
    auto found = newest(one, limit);
    if (!found) return answer_error(*call.responder, 503, to_text(found.error()));
    std::move(found->begin(), found->end(), std::back_inserter(runs));
  }
  std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.started > b.started; });
  runs.resize(std::min(runs.size(), limit));
  Json shown = Json::array();
  for (const store::RunRecord& run : runs) shown.push_back(summary_of(run));
  answer_json(*call.responder, 200, {{"runs", std::move(shown)}, {"count", runs.size()}});
}

void RunHistory::show(Call& call) {
  if (store_ == nullptr) return answer_error(*call.responder, 503, kNoStore);
  const auto run = store_->get(std::string(call.id));
  if (!run && run.error().code != ErrorCode::not_found) return answer_error(*call.responder, 503, to_text(run.error()));
  if (!run || !is_ours(*run))
    return answer_error(*call.responder, 404, fmt::format("no stress test or stream load test \"{}\"", call.id));
  answer_json(*call.responder, 200, details_of(*run));
}

}  // namespace thresher::service
