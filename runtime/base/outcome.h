#pragma once

#include <cstdint>
#include <string_view>

namespace thresher {

/// How an exchange with a target, or an iteration, ended: the data plane's only error currency. `ok` says that a whole
/// answer came, whatever its status. Scripts see the name of any other value in `res.error`; reports count by it.
enum class Outcome : std::uint8_t {
  ok,
  timeout,           ///< the request's own limit passed before the answer was complete
  connect_timeout,   ///< no connection within the connect limit
  connect_refused,   ///< nobody listens
  unreachable,       ///< no route to the host or network
  reset,             ///< the peer reset the connection
  closed,            ///< the peer closed before, or in the middle of, the answer
  dns,               ///< the host name does not resolve
  tls,               ///< handshake or record failure not named below
  tls_expired,       ///< certificate expired or not yet valid
  tls_self_signed,   ///< certificate signed by itself
  tls_untrusted,     ///< certificate of an unknown authority
  tls_wrong_name,    ///< certificate of another host
  protocol,          ///< the bytes are not HTTP
  header_too_large,  ///< the answer's head is beyond the limit
  body_too_large,    ///< the body is beyond max_body
  decode,            ///< the body does not decode as its Content-Encoding says
  too_many_redirects,
  descriptors,  ///< this process has no file descriptor left: the generator is the limit
  ports,        ///< this machine has no local port left: the generator is the limit
  invalid_url,
  cancelled,  ///< the run stopped it
  internal,   ///< none of the above; a bug in thresher, or an errno we do not know yet
};

inline constexpr int kOutcomeCount = static_cast<int>(Outcome::internal) + 1;

/// The name scripts and reports use: "ok", "timeout", "connect_refused" ...
std::string_view name_of(Outcome outcome);

/// k6's numeric error code (grafana.com/docs/k6, "Error codes"), for the tag error_code: 1050 for a timeout, 1212 for a
/// refused connection ... 0 for `ok`. For an answer of status 400 to 599 k6 uses 1000 + status; see
/// error_code_of_status.
int error_code_of(Outcome outcome);
inline int error_code_of_status(int status) { return status >= 400 && status <= 599 ? 1000 + status : 0; }

}  // namespace thresher
