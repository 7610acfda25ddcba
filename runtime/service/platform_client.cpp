#include "service/platform_client.h"

#include <fmt/format.h>

#include <utility>

namespace thresher::service {

Result<http::Url> parse_platform_url(std::string_view text) {
  auto url = http::parse_url(text);
  if (!url) return fail(std::move(url.error()));
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument, fmt::format("\"{}\" {}", text, why));
  };
  if (!url->userinfo.empty()) return refuse("names a user, and platforms are given none");
  if (url->target.find('?') != std::string::npos)
    return refuse("has a query; what is wanted is the root that /api/v1 follows");
  while (url->target.ends_with('/')) url->target.pop_back();
  return url;
}

/// One request on its way. It leaves its list before it tells.
class PlatformClient::Post final : public http::ResponseReceiver {
 public:
  Post(PlatformClient& owner, http::Origin origin, std::function<void(const Answer&)> on_answer)
      : owner_(owner), origin_(std::move(origin)), on_answer_(std::move(on_answer)) {}

  void start(std::list<Post>::iterator self, std::string_view head, std::string_view body) {
    self_ = self;
    session_ = owner_.client_->open_session();
    http::Request request;
    request.origin = &origin_;
    request.head = head;
    request.body = body;
    request.timeout = kTimeout;
    owner_.client_->start(*session_, request, *this);
  }

  void on_response(const http::Response& response) override {
    const auto tell = std::move(on_answer_);
    tell({.outcome = response.outcome, .status = response.status, .body = response.body});
    owner_.posts_.erase(self_);  // last: the answer's views are the exchange's, and the session holds it
  }

 private:
  PlatformClient& owner_;
  std::list<Post>::iterator self_;
  http::Origin origin_;
  std::unique_ptr<http::Session> session_;
  std::function<void(const Answer&)> on_answer_;
};

Result<std::unique_ptr<PlatformClient>> PlatformClient::create(event::Loop& loop) {
  auto client = http::Client::create(loop, {});
  if (!client) return fail(std::move(client.error()));
  std::unique_ptr<PlatformClient> made(new PlatformClient);
  made->client_ = std::move(*client);
  return made;
}

PlatformClient::~PlatformClient() = default;

void PlatformClient::post(const http::Url& platform, std::string_view path, std::string_view tenant,
                          std::string_view body, std::function<void(const Answer&)> on_answer) {
  std::string head = fmt::format(
      "POST {}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: thresher\r\nContent-Type: application/json\r\nContent-Length: "
      "{}\r\n",
      platform.target, path, platform.origin.host_header(), body.size());
  if (!tenant.empty()) head += fmt::format("X-Tenant-ID: {}\r\n", tenant);
  head += "Accept: application/json\r\n\r\n";
  posts_.emplace_back(*this, platform.origin, std::move(on_answer));
  posts_.back().start(std::prev(posts_.end()), head, body);
}

}  // namespace thresher::service
