#include "service/answer.h"

namespace thresher::service {
namespace {

constexpr std::string_view kJsonHeaders =
    "Content-Type: application/json\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

}  // namespace

std::string json_text(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

void answer_json_text(http::Responder& responder, int status, std::string_view document) {
  responder.respond(status, kJsonHeaders, document);
}

void answer_json(http::Responder& responder, int status, const Json& document) {
  answer_json_text(responder, status, json_text(document));
}

void answer_error(http::Responder& responder, int status, std::string_view why, std::string_view headers) {
  const std::string document = json_text({{"detail", why}});
  if (headers.empty()) return answer_json_text(responder, status, document);
  responder.respond(status, std::string(kJsonHeaders).append(headers), document);
}

}  // namespace thresher::service
