#include "http/tls_context.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "http/tls_stream.h"

namespace thresher::http {
namespace {

constexpr unsigned char kAlpn[] = "\x08http/1.1";  // length, then the name
constexpr unsigned kAlpnSize = sizeof(kAlpn) - 1;
constexpr std::size_t kRecordSize = std::size_t{16} << 10;  // RFC 8446, 5.1: the most plain bytes in one record

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "unknown reason";
}

SSL_CTX* make_context(const SSL_METHOD* method) {
  SSL_CTX* context = SSL_CTX_new(method);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // An idle connection gives its record buffers back: 34 KiB each, which thousands of waiting users cannot afford.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return context;
}

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered, unsigned size,
                void*) {
  unsigned char* chosen = nullptr;
  const int status = SSL_select_next_proto(&chosen, out_size, kAlpn, kAlpnSize, offered, size);
  *out = chosen;
  return status == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

TlsContext::TlsContext(event::Loop& loop, ssl_ctx_st* context, bool is_server, bool verify)
    : loop_(loop), context_(context), is_server_(is_server), verify_(verify), incoming_(kRecordSize) {}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::unique_ptr<TlsContext>> TlsContext::for_client(event::Loop& loop, const ClientOptions& options) {
  std::unique_ptr<TlsContext> made(new TlsContext(loop, make_context(TLS_client_method()), false, options.verify));
  SSL_CTX_set_alpn_protos(made->context_, kAlpn, kAlpnSize);
  if (!options.verify) return made;
  const int loaded = options.ca_file.empty() ? SSL_CTX_set_default_verify_paths(made->context_)
                                             : SSL_CTX_load_verify_file(made->context_, options.ca_file.c_str());
  if (loaded != 1) {
    return fail(ErrorCode::io, fmt::format("cannot read certificate authorities from '{}': {}",
                                           options.ca_file.empty() ? "the system" : options.ca_file, openssl_reason()));
  }
  return made;
}

Result<std::unique_ptr<TlsContext>> TlsContext::for_server(event::Loop& loop, std::string_view certificate_pem,
                                                           std::string_view key_pem) {
  std::unique_ptr<TlsContext> made(new TlsContext(loop, make_context(TLS_server_method()), true, false));
  SSL_CTX_set_alpn_select_cb(made->context_, select_alpn, nullptr);
  const auto refuse = [](std::string_view what) {
    return fail(ErrorCode::invalid_argument, fmt::format("{}: {}", what, openssl_reason()));
  };
  const std::unique_ptr<BIO, FreeBio> chain(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  const std::unique_ptr<X509, FreeCertificate> leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (!leaf || SSL_CTX_use_certificate(made->context_, leaf.get()) != 1) return refuse("bad server certificate");
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add_extra_chain_cert(made->context_, next);  // takes it over
  }
  ERR_clear_error();  // reading beyond the last certificate is how the loop ends
  const std::unique_ptr<BIO, FreeBio> key_text(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  const std::unique_ptr<EVP_PKEY, FreeKey> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(made->context_, key.get()) != 1) return refuse("bad server key");
  return made;
}

std::unique_ptr<TlsStream> TlsContext::wrap(std::unique_ptr<event::ByteStream> lower, const std::string& host,
                                            event::StreamEvents& events) {
  return std::unique_ptr<TlsStream>(new TlsStream(*this, std::move(lower), host, events));
}

}  // namespace thresher::http
