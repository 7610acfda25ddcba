#include "service/validation_api.h"

#include <optional>

#include "service/answer.h"

namespace thresher::service {
namespace {

/// Keeps the one document that is asked for.
class ChecksOnly final : public plugin::JudgementSink {
 public:
  void on_violation(plugin::Violation) override {}
  void on_finding(plugin::Finding) override {}
  void on_document(std::string name, std::string json) override {
    if (name == "checks") checks = std::move(json);
  }

  std::optional<std::string> checks;
};

Result<Json> judge(const plugin::ValidatorType& type, std::uint64_t seed, const Json& expected, const Json& actual) {
  ChecksOnly sink;
  auto validator = type.create("{}", seed, sink);
  if (!validator) return fail(std::move(validator.error()));
  const Json event{{"t", 0}, {"event", "validate"}, {"expected", expected}, {"actual", actual}};
  if (auto seen = (*validator)->observe(json_text(event)); !seen) return fail(std::move(seen.error()));
  if (auto done = (*validator)->finish(); !done) return fail(std::move(done.error()));
  if (!sink.checks) return fail(ErrorCode::plugin, "the validator gave no checks");
  Json checks = Json::parse(*sink.checks, nullptr, false);
  if (checks.is_object()) return checks;
  return Json{{"checks", std::move(checks)}};
}

/// Why the body cannot be judged; empty when it can.
std::string objection(const Json& body) {
  if (body.is_discarded()) return "the body is not JSON";
  if (!body.is_object()) return "the body must be a JSON object with the members expected and actual";
  std::string found;
  for (const char* name : {"expected", "actual"}) {
    const auto at = body.find(name);
    const std::string problem = at == body.end()   ? "is missing; it must be an object"
                                : !at->is_object() ? "must be an object, not " + json_text(*at)
                                                   : "";
    if (problem.empty()) continue;
    found += found.empty() ? "" : "; ";
    found.append("member \"").append(name).append("\" ").append(problem);
  }
  return found;
}

}  // namespace

void add_validation_api(Router& router, const plugin::ValidatorType* type, std::uint64_t seed) {
  Endpoint endpoint;
  endpoint.method = "POST";
  endpoint.path = "/api/agents/validate-aoa";
  endpoint.tag = "test";
  endpoint.summary = "Judge a platform's result against the ground truth that was generated with the work";
  endpoint.body = R"({"expected":{"type":"object","description":"an __expected__ block, or what holds one"},
                      "actual":{"type":"object","description":"the platform's result"}})";
  endpoint.example =
      R"({"expected":{"expected_completion_rate":0.85,"chaos_events_expected":2,"total_tasks":10},
          "actual":{"completion_rate":0.9,"chaos_events_recovered":2,"tasks_completed":10}})";
  endpoint.answer = R"({"type":"object","required":["checks"],"properties":{"checks":{"type":"array","items":{
      "type":"object","required":["name","expected","actual","passed"]}}}})";
  endpoint.failures = "500 503";
  endpoint.handle = [type, seed](Call& call) {
    const Json body = Json::parse(call.request.body, nullptr, false);
    if (const std::string why = objection(body); !why.empty()) return answer_error(*call.responder, 400, why);
    if (type == nullptr) return answer_error(*call.responder, 503, "the validator \"farm\" is not loaded");
    const auto checks = judge(*type, seed, body.at("expected"), body.at("actual"));
    if (!checks) return answer_error(*call.responder, 500, to_text(checks.error()));
    answer_json(*call.responder, 200, *checks);
  };
  router.add(std::move(endpoint));
}

}  // namespace thresher::service
