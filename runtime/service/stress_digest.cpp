#include "service/stress_digest.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "store/run_record.h"

namespace thresher::service {
namespace {

/// A member, or null.
Json member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(name);
  return at == object.end() ? Json(nullptr) : *at;
}

Json only(const Json& object, std::initializer_list<const char*> names) {
  Json chosen = Json::object();
  for (const char* name : names)
    if (Json value = member(object, name); !value.is_null()) chosen[name] = std::move(value);
  return chosen;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

bool is_timeout(std::string_view error) { return error == "timeout" || error == "connect_timeout"; }

Json document(const LoadOutcome& outcome, const std::string& name) {
  const auto at = outcome.documents.find(name);
  if (at == outcome.documents.end()) return nullptr;
  Json parsed = Json::parse(at->second, nullptr, false);
  return parsed.is_discarded() ? Json(nullptr) : parsed;
}

}  // namespace

StressDigest::Trouble StressDigest::trouble_of(const Json& event, std::string_view what) {
  const std::string error = text_of(member(event, "error"));
  const Json status = member(event, "status");
  Trouble trouble;
  trouble.timed_out = is_timeout(error);
  trouble.text = !error.empty() ? fmt::format("{}: {}", what, error)
                                : fmt::format("{}: the platform answered {}", what, json_text(status));
  return trouble;
}

void StressDigest::observe(std::string_view line) {
  const Json event = Json::parse(line, nullptr, false);
  const std::string name = text_of(member(event, "event"));
  if (name == "fleet") {
    fleet_summary_ = only(member(event, "fleet"), {"fleet_id", "scale", "seed", "total_agents", "distribution"});
  } else if (name == "fleet_answer") {
    const Json status = member(event, "status");
    const int code = status.is_number() ? status.get<int>() : 0;
    if (code < 200 || code > 299) fleet_trouble_ = trouble_of(event, "pushing the fleet");
  } else if (name == "scenario") {
    const Json sent = member(event, "document");
    scenario_id_ = member(event, "scenario");
    scenario_summary_ = member(sent, "summary");
  } else if (name == "rejected") {
    scenario_trouble_ = trouble_of(event, "submitting the scenario");
  } else if (name == "gave_up") {
    const Json last = member(event, "status");
    gave_up_ = fmt::format("the scenario was not finished after {} ms{}", json_text(member(event, "waited_ms")),
                           last.is_null() ? "" : fmt::format("; last seen {}", json_text(last)));
  } else if (name == "result" && execution_result_.is_null()) {
    execution_result_ = member(event, "answer");
  }
}

std::string StressDigest::status(const LoadOutcome& outcome) const {
  using namespace store::status;
  if (fleet_trouble_) return std::string(fleet_trouble_->timed_out ? kFleetIngestionTimeout : kFleetIngestionFailed);
  if (scenario_trouble_)
    return std::string(scenario_trouble_->timed_out ? kScenarioSubmissionTimeout : kScenarioSubmissionFailed);
  if (execution_result_.is_null()) {
    if (gave_up_) return std::string(kTimeout);
    const bool was_stopped = outcome.summary.stop == engine::StopReason::interrupted ||
                             outcome.summary.stop == engine::StopReason::externally_stopped;
    return std::string(was_stopped ? kInterrupted : kExecutionError);
  }
  const std::string verdict = text_of(member(document(outcome, "analysis"), "verdict"));
  return std::string(verdict == "PASS" && outcome.violation_count == 0 ? kCompleted : kCompletedWithFailures);
}

std::string StressDigest::error(const LoadOutcome& outcome) const {
  if (fleet_trouble_) return fleet_trouble_->text;
  if (scenario_trouble_) return scenario_trouble_->text;
  if (!execution_result_.is_null()) return {};
  if (gave_up_) return *gave_up_;
  if (outcome.summary.error) return to_text(*outcome.summary.error);
  return outcome.summary.stop_text;
}

Json StressDigest::conclude(const LoadOutcome& outcome) const {
  Json concluded{{"status", status(outcome)},
                 {"error", nullptr},
                 {"scenario_id", scenario_id_},
                 {"fleet_summary", fleet_summary_},
                 {"scenario_summary", scenario_summary_},
                 {"execution_result", execution_result_},
                 {"analysis", document(outcome, "analysis")}};
  if (std::string why = error(outcome); !why.empty()) concluded["error"] = std::move(why);
  const Json judged = document(outcome, "run");
  for (auto& [name, value] : concluded.items())
    if (Json said = member(judged, name.c_str()); !said.is_null()) value = std::move(said);
  // That document is the validator `farm`'s; what the others found it cannot know.
  if (outcome.violation_count > 0 && concluded["status"] == store::status::kCompleted)
    concluded["status"] = store::status::kCompletedWithFailures;
  if (Json checks = document(outcome, "checks"); !checks.is_null()) concluded["checks"] = std::move(checks);
  Json violations = Json::array();
  for (const plugin::Violation& violation : outcome.violations)
    violations.push_back({{"check", violation.check}, {"subject", violation.subject}, {"witness", violation.witness}});
  concluded["violations"] = std::move(violations);
  concluded["violations_total"] = outcome.violation_count;
  return concluded;
}

std::string stress_test_id(std::string_view scale, std::int64_t workflow_count, double chaos_rate, std::int64_t seed) {
  const std::string_view size = scale == "small" ? "sm" : scale == "medium" ? "md" : "lg";
  return fmt::format("{}-{}wf-{}ch-s{}", size, workflow_count, std::lround(chaos_rate * 100), seed);
}

}  // namespace thresher::service
