#include "deliveries.h"

#include <utility>

#include "sha256.h"
#include "thresher/random.hpp"

namespace gateway {

void Deliveries::ended(const Execution& execution, const View& view) {
  thresher::Random random(conduct_.seed, execution.key, 5);
  const Faults& faults = conduct_.faults;
  const bool lost = random.chance(faults.webhook_lost), twice = random.chance(faults.webhook_duplicate);
  const bool forged = random.chance(faults.webhook_bad_signature);
  if (lost) return;
  const Webhook& webhook = *execution.webhook;
  const bool succeeded = execution.outcome == Status::succeeded;
  const std::string body = text_of({{"event", succeeded ? "execution.completed" : "execution.failed"},
                                    {"execution_id", execution.id},
                                    {"run_id", execution.run->id},
                                    {"workflow_id", execution.run->id},
                                    {"status", view.name(execution.outcome, execution)},
                                    {"target", execution.call->node->id + "." + execution.call->reasoner},
                                    {"type", execution.call->type},
                                    {"duration_ms", view.duration_ms(execution)},
                                    {"result", view.result(execution)},
                                    {"error_message", view.error(execution)},
                                    {"timestamp", view.text(execution.ended)}});
  Json headers{{"Content-Type", "application/json"}};
  for (const auto& [name, value] : webhook.headers) headers[name] = value;
  if (!webhook.secret.empty())
    headers["X-AgentField-Signature"] =
        "sha256=" + hmac_sha256_hex(forged ? webhook.secret + "?" : webhook.secret, body);
  for (int i = 0; i < (twice ? 2 : 1); ++i)
    kept_.push_back({execution.id, webhook.url, view.text(execution.ended), body, headers});
  while (kept_.size() > kKept) kept_.pop_front();
}

Json Deliveries::list(std::string_view id) const {
  Json list = Json::array();
  for (const Delivery& each : kept_)
    if (id.empty() || each.execution_id == id)
      list.push_back({{"execution_id", each.execution_id},
                      {"url", each.url},
                      {"at", each.at},
                      {"headers", each.headers},
                      {"body", each.body}});
  return list;
}

}  // namespace gateway
