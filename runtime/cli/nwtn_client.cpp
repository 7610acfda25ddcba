#include "cli/nwtn_client.h"

#include <fmt/format.h>

#include <utility>

#include "event/uv_loop.h"

namespace thresher::cli {

Result<http::Url> nwtn_url(std::string_view flag, std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} '{}': {}; expected something like http://127.0.0.1:8000", flag, text, why));
  };
  auto url = http::parse_url(text);
  if (!url) return refuse(url.error().message);
  if (!url->userinfo.empty()) return refuse("names a user");
  if (url->target.find('?') != std::string::npos) return refuse("has a query");
  while (url->target.ends_with('/')) url->target.pop_back();
  return url;
}

std::string NwtnClient::Answer::problem() const {
  if (outcome != Outcome::ok) return std::string(name_of(outcome));
  return status == 200 || status == 201 ? std::string() : fmt::format("HTTP {}", status);
}

Result<std::unique_ptr<NwtnClient>> NwtnClient::create(event::Loop& loop, http::Url base, bool verify_tls) {
  http::ClientOptions options;
  options.verify_tls = verify_tls;
  auto client = http::Client::create(loop, options);
  if (!client) return fail(std::move(client.error()));
  std::unique_ptr<NwtnClient> made(new NwtnClient(std::move(base)));
  made->client_ = std::move(*client);
  made->session_ = made->client_->open_session();
  return made;
}

NwtnClient::~NwtnClient() = default;

void NwtnClient::ask(std::string_view path, std::string_view body, Nanoseconds timeout, OnAnswer on_answer) {
  on_answer_ = std::move(on_answer);
  std::string head = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: thresher\r\nAccept: application/json\r\n",
                                 body.empty() ? "GET" : "POST", base_.target, path, base_.origin.host_header());
  if (!body.empty()) head += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  head += "\r\n";
  http::Request request;
  request.origin = &base_.origin;
  request.head = head;
  request.body = body;
  request.timeout = timeout;
  client_->start(*session_, request, *this);
}

void NwtnClient::on_response(const http::Response& response) {
  const auto tell = std::exchange(on_answer_, nullptr);
  tell({.outcome = response.outcome,
        .status = response.status,
        .body = std::string(response.body),
        .took = response.finished - response.started});
}

Result<void> nwtn_is_healthy(const http::Url& base, bool verify_tls) {
  constexpr Nanoseconds kTimeout = std::chrono::seconds(5);
  const auto loop = event::make_uv_loop();
  auto client = NwtnClient::create(*loop, base, verify_tls);
  if (!client) return fail(std::move(client.error()));
  NwtnClient::Answer health;
  (*client)->ask("/health", {}, kTimeout, [&](NwtnClient::Answer answer) {
    health = std::move(answer);
    loop->stop();
  });
  loop->run();
  if (health.problem().empty()) return {};
  return fail(
      ErrorCode::not_found,
      fmt::format("GET {}/health: {}; start the orchestrator, name another with --url, or try the stand-in with "
                  "--stand-in nwtn",
                  base.origin.text() + base.target, health.problem()));
}

}  // namespace thresher::cli
