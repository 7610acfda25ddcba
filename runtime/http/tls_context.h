#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/byte_stream.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX: its headers stay in our .cpp files

namespace thresher::event {
class Loop;
}

namespace thresher::http {

class TlsStream;
struct TlsHooks;

/// What TLS connections of one loop have in common: certificates to trust or to show, the protocol versions (1.2
/// and 1.3), ALPN http/1.1, and the buffer plain bytes pass through. Outlives its streams; one thread.
class TlsContext {
 public:
  struct ClientOptions {
    bool verify = true;        ///< the chain and the host's name
    std::string ca_file = {};  ///< PEM bundle; empty: the system's
  };
  /// Errors: a bundle that cannot be read, naming it.
  static Result<std::unique_ptr<TlsContext>> for_client(event::Loop& loop, const ClientOptions& options);
  /// A server's certificate chain and private key, both PEM text. Errors say which of the two is bad.
  static Result<std::unique_ptr<TlsContext>> for_server(event::Loop& loop, std::string_view certificate_pem,
                                                        std::string_view key_pem);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// TLS over a connected stream. As a client: `host` is the name (SNI) or address the certificate must be for, and
  /// events.on_connected() follows the handshake. As a server: `host` is ignored and nothing is called for the
  /// handshake.
  std::unique_ptr<TlsStream> wrap(std::unique_ptr<event::ByteStream> lower, const std::string& host,
                                  event::StreamEvents& events);

 private:
  friend class TlsStream;
  friend struct TlsHooks;
  TlsContext(event::Loop& loop, ssl_ctx_st* context, bool is_server, bool verify);

  event::Loop& loop_;
  ssl_ctx_st* context_;
  bool is_server_;
  bool verify_;
  std::string outgoing_;        ///< records made by one call into OpenSSL, written in one piece
  std::vector<char> incoming_;  ///< plain bytes on their way to one on_bytes()
};

}  // namespace thresher::http
