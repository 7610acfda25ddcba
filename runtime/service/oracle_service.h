#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "event/loop.h"
#include "http/server.h"
#include "plugin/generator.h"
#include "plugin/validator.h"
#include "service/load_launcher.h"
#include "store/run_store.h"

namespace thresher::service {

/// One request as it was answered.
struct AccessRecord {
  std::string_view method, target;
  int status = 0;  ///< 0: the client went away, or the connection was closed, before there was one
  std::size_t body_bytes = 0;
  Nanoseconds took{};  ///< until the answer's last byte was written; of a stream, its whole length
};

struct OracleOptions {
  event::Address address = event::Address::loopback(5000);
  std::string token;         ///< empty: none; see Access
  std::string platform_url;  ///< target of requests that name none; may be empty
  std::string version;       ///< of thresher
  std::uint64_t seed = 12345;
  http::ServerLimits limits = {.max_head = std::size_t{16} << 10,
                               .max_body = std::size_t{1} << 20,
                               .max_connections = 10'000,
                               .idle_timeout = std::chrono::seconds(75),
                               .request_timeout = std::chrono::seconds(30)};
  std::size_t max_loads = 4;                             ///< at a time; further ones get 429
  std::function<void(const AccessRecord&)> on_answered;  ///< may be empty
};

/// Whom the service asks. All outlive it; what is null is answered with 503 and why.
struct OracleParts {
  const plugin::GeneratorType* generator = nullptr;  ///< `farm`; must be there
  const plugin::ValidatorType* validator = nullptr;  ///< `farm`
  LoadLauncher* launcher = nullptr;
  store::RunStore* store = nullptr;
};

/// The oracle's HTTP service (contract: runtime/service/README.md): makes work, pushes it to platforms, judges what
/// they did, remembers. Everything happens on one loop; handlers never wait. The loop's thread.
class OracleService {
 public:
  /// Listens and serves from then on. Errors: an address in use or reachable by others without a token; a generator
  /// that lacks a product.
  static Result<std::unique_ptr<OracleService>> start(event::Loop& loop, OracleParts parts, OracleOptions options);
  virtual ~OracleService() = default;  ///< drops everything at once; loads end without being recorded as ended

  virtual event::Address address() const = 0;  ///< with the port chosen for 0
  /// Stops accepting, ends streams with their final chunk, stops loads and records them, answers what is in progress.
  /// `on_done` once, when nothing is left; it may destroy the service, and may come before this returns.
  virtual void drain(std::function<void()> on_done) = 0;
  virtual std::uint64_t requests() const = 0;
};

}  // namespace thresher::service
