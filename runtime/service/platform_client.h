#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace thresher::service {

/// The URL of a platform as people give it, checked: absolute http or https, without user, query or fragment.
Result<http::Url> parse_platform_url(std::string_view text);

/// Posts JSON to a platform, without ever waiting. One thread.
class PlatformClient {
 public:
  static constexpr Nanoseconds kTimeout = std::chrono::seconds(30);

  /// What came back.
  struct Answer {
    Outcome outcome = Outcome::ok;
    int status = 0;  ///< 0 unless outcome is ok
    std::string_view body;
  };

  /// The error: TLS cannot be set up.
  static Result<std::unique_ptr<PlatformClient>> create(event::Loop& loop);
  ~PlatformClient();

  /// POSTs `body` to `path` under the platform's URL. `tenant` may be empty: no X-Tenant-ID then. `on_answer` once, not
  /// before this returns; not at all when the client is destroyed first.
  void post(const http::Url& platform, std::string_view path, std::string_view tenant, std::string_view body,
            std::function<void(const Answer&)> on_answer);

 private:
  class Post;
  PlatformClient() = default;

  std::unique_ptr<http::Client> client_;
  std::list<Post> posts_;
};

}  // namespace thresher::service
