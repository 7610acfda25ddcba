#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace thresher::cli {

/// The URL of an orchestrator as people give it, checked: absolute http or https, no user, no query. The error names
/// `flag`.
Result<http::Url> nwtn_url(std::string_view flag, std::string_view text);

/// Asks an orchestrator, one thing at a time. The loop's thread; the loop outlives it.
class NwtnClient final : private http::ResponseReceiver {
 public:
  struct Answer {
    Outcome outcome = Outcome::ok;
    int status = 0;  ///< 0 unless outcome is ok
    std::string body;
    Nanoseconds took{};  ///< since it was asked, connecting included
    /// "connect_refused", "HTTP 500"; empty for an answer of status 200 or 201.
    std::string problem() const;
  };
  using OnAnswer = std::function<void(Answer)>;

  /// The error: TLS cannot be set up.
  static Result<std::unique_ptr<NwtnClient>> create(event::Loop& loop, http::Url base, bool verify_tls);
  ~NwtnClient();

  /// `path` under the base URL. An empty body: GET, else POST of JSON. `on_answer` once, not before this returns; not
  /// at all when the client is destroyed first. It may ask the next.
  void ask(std::string_view path, std::string_view body, Nanoseconds timeout, OnAnswer on_answer);

 private:
  explicit NwtnClient(http::Url base) : base_(std::move(base)) {}
  void on_response(const http::Response& response) override;

  const http::Url base_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<http::Session> session_;
  OnAnswer on_answer_;
};

/// Whether GET /health answers 200 within five seconds, on a loop of its own. The error says what came instead and the
/// ways out.
Result<void> nwtn_is_healthy(const http::Url& base, bool verify_tls);

}  // namespace thresher::cli
