#include "http/tls_stream.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "event/address.h"
#include "event/loop.h"
#include "http/tls_context.h"

namespace thresher::http {
namespace {

constexpr int kStreamIndex = 0;  // of SSL's application data: ours to use
/// Plain bytes encrypted before they are handed down: bounds what a large write takes twice.
constexpr std::size_t kEncryptStep = std::size_t{256} << 10;

std::string date_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unknown date";
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

/// "'a.example', 'b.example'": the names a certificate is for, at most three.
std::string names_text(X509* certificate) {
  std::string out;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0, shown = 0; names != nullptr && i < sk_GENERAL_NAME_num(names) && shown < 3; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    const std::string_view dns(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    out += fmt::format("{}'{}'", shown++ > 0 ? ", " : "", dns);
  }
  GENERAL_NAMES_free(names);
  return out.empty() ? "no host name" : out;
}

}  // namespace

/// What OpenSSL calls back: its reads and writes of records (a BIO without buffers of its own), and the verdict on the
/// peer's certificate.
struct TlsHooks {
  static int read(BIO* bio, char* to, int size) {
    auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (stream.input_.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const std::size_t count = stream.input_.copy(to, static_cast<std::size_t>(size));
    stream.input_.remove_prefix(count);
    return static_cast<int>(count);
  }
  static std::string& outgoing(TlsStream& stream) { return stream.context_.outgoing_; }
  static int write(BIO* bio, const char* from, int size) {
    auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
    outgoing(stream).append(from, static_cast<std::size_t>(size));
    return size;
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO* make_bio(TlsStream& stream) {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "thresher byte stream");
      BIO_meth_set_read(made, read);
      BIO_meth_set_write(made, write);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    BIO* bio = BIO_new(method);
    BIO_set_data(bio, &stream);
    BIO_set_init(bio, 1);
    return bio;
  }

  static int verify(int fine, X509_STORE_CTX* chain) {
    if (fine == 1) return 1;
    auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    static_cast<TlsStream*>(SSL_get_ex_data(ssl, kStreamIndex))
        ->refuse_certificate(X509_STORE_CTX_get_error(chain), X509_STORE_CTX_get_current_cert(chain));
    return 0;
  }
};

TlsStream::TlsStream(TlsContext& context, std::unique_ptr<event::ByteStream> lower, const std::string& host,
                     event::StreamEvents& events)
    : context_(context), lower_(std::move(lower)), events_(&events), ssl_(SSL_new(context.context_)), host_(host) {
  BIO* bio = TlsHooks::make_bio(*this);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_ex_data(ssl_, kStreamIndex, this);
  if (context_.is_server_) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl_);
    if (event::Address::parse(host_, 0)) {
      X509_VERIFY_PARAM_set1_ip_asc(wanted, host_.c_str());  // RFC 6066, 3: no SNI for an address
    } else {
      // SSL_set_tlsext_host_name without its macro's C cast.
      SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host_.data());
      X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      X509_VERIFY_PARAM_set1_host(wanted, host_.c_str(), host_.size());
    }
    SSL_set_verify(ssl_, context_.verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                   context_.verify_ ? TlsHooks::verify : nullptr);
  }
  lower_->set_events(*this);
  if (!context_.is_server_) {
    SSL_do_handshake(ssl_);  // makes the first flight; failures show when the answer is read
    ERR_clear_error();
    flush();
  }
}

TlsStream::~TlsStream() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  if (handshaken_ && !finishing_ && !ended_) {
    SSL_shutdown(ssl_);  // says goodbye, so that the peer does not log a truncated connection
    flush();
  }
  SSL_free(ssl_);
}

bool TlsStream::write(std::string_view bytes) {
  if (ended_ && problem_.size() > 0) return true;  // failed: nobody reads it
  if (!handshaken_) {
    unsent_ += bytes;
    owes_drained_ = true;
    return false;
  }
  const bool taken = encrypt(bytes);
  owes_drained_ = owes_drained_ || !taken;
  return taken;
}

bool TlsStream::encrypt(std::string_view bytes) {
  bool taken = true;
  while (!bytes.empty()) {
    std::size_t written = 0;
    ERR_clear_error();
    // The BIO below takes everything, so a write is never partial. It fails only on a connection that has failed
    // already.
    if (SSL_write_ex(ssl_, bytes.data(), std::min(bytes.size(), kEncryptStep), &written) != 1) break;
    bytes.remove_prefix(written);
    taken = flush();
  }
  return taken;
}

bool TlsStream::flush() {
  std::string& records = context_.outgoing_;
  if (records.empty()) return true;
  const bool taken = lower_->write(records);
  records.clear();
  return taken;
}

void TlsStream::finish() {
  if (finishing_) return;
  finishing_ = true;
  if (!handshaken_ && !ended_) return;  // once the handshake is over, after what waits for it
  SSL_shutdown(ssl_);
  flush();
  lower_->finish();
}

void TlsStream::reset() {
  ended_ = true;
  lower_->reset();
}

void TlsStream::pause_reading() {
  paused_ = true;
  lower_->pause_reading();
}

void TlsStream::resume_reading() {
  if (!paused_) return;
  paused_ = false;
  lower_->resume_reading();
  if (held_.empty() && SSL_has_pending(ssl_) == 0 && !held_end_) return;
  if (!resume_) {
    resume_ = std::make_unique<event::Timer>(context_.loop_.timers(), [this](TimePoint now) {
      bool destroyed = false;
      bool* const outer = std::exchange(destroyed_, &destroyed);
      take({}, now);
      if (destroyed) return;
      destroyed_ = outer;
      if (held_end_ && !paused_) on_end(*std::exchange(held_end_, std::nullopt), now);
    });
  }
  resume_->start_at(context_.loop_.now());
}

std::size_t TlsStream::queued_bytes() const { return unsent_.size() + lower_->queued_bytes(); }

void TlsStream::set_events(event::StreamEvents& events) { events_ = &events; }

std::string_view TlsStream::version() const {
  switch (SSL_version(ssl_)) {
    case TLS1_3_VERSION:
      return "tls1.3";
    case TLS1_2_VERSION:
      return "tls1.2";
    default:
      return "tls";
  }
}

void TlsStream::on_bytes(std::string_view bytes, TimePoint now) {
  if (!ended_) take(bytes, now);
}

void TlsStream::on_drained(TimePoint now) {
  if (owes_drained_ && unsent_.empty()) {
    owes_drained_ = false;
    events_->on_drained(now);
  }
}

void TlsStream::on_end(Outcome why, TimePoint now) {
  if (ended_) return;
  if (paused_ && why == Outcome::closed) {
    held_end_ = why;
    return;
  }
  if (why != Outcome::closed) {
    end(why, now);
  } else if (!handshaken_) {
    problem_ = "the peer closed in the TLS handshake";
    end(Outcome::tls, now);
  } else {
    truncated_ = true;
    problem_ = "the connection ended without TLS close_notify: it may have been cut";
    end(Outcome::tls, now);
  }
}

void TlsStream::take(std::string_view records, TimePoint now) {
  if (!held_.empty()) {
    held_ += records;
    input_ = held_;
  } else {
    input_ = records;
  }
  if (!advance(now)) return;
  std::string rest(input_);  // may be a part of held_ itself
  held_ = std::move(rest);
  input_ = {};
}

bool TlsStream::advance(TimePoint now) {
  bool destroyed = false;
  bool* const outer = std::exchange(destroyed_, &destroyed);
  if (!handshaken_) shake_hands(now);
  if (!destroyed && handshaken_ && !ended_) read_records(now);
  if (destroyed) {
    if (outer != nullptr) *outer = true;
    return false;
  }
  destroyed_ = outer;
  return true;
}

void TlsStream::shake_hands(TimePoint now) {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) {
    flush();  // the next flight, or the alert that says why not
    if (SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) fail(now);
    return;
  }
  handshaken_ = true;
  bool* const destroyed = destroyed_;
  bool taken = flush();
  if (!unsent_.empty()) {
    const std::string first = std::exchange(unsent_, {});
    taken = encrypt(first);
  }
  if (finishing_) {
    SSL_shutdown(ssl_);
    flush();
    lower_->finish();
  }
  if (!context_.is_server_) events_->on_connected(now);
  if (!*destroyed && owes_drained_ && taken && lower_->queued_bytes() == 0) on_drained(now);
}

void TlsStream::read_records(TimePoint now) {
  bool* const destroyed = destroyed_;
  std::vector<char>& buffer = context_.incoming_;
  while (!paused_ && !ended_) {
    std::size_t size = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_, buffer.data(), buffer.size(), &size);
    if (result == 1) {
      events_->on_bytes({buffer.data(), size}, now);
    } else {
      flush();  // an answer to a key update, or an alert
      const int problem = SSL_get_error(ssl_, result);
      if (problem == SSL_ERROR_WANT_READ) return;
      if (problem == SSL_ERROR_ZERO_RETURN) {
        end(Outcome::closed, now);
      } else {
        fail(now);
      }
    }
    if (*destroyed) return;
  }
}

void TlsStream::fail(TimePoint now) {
  if (certificate_outcome_ != Outcome::ok) {
    end(certificate_outcome_, now);
    return;
  }
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  problem_ = fmt::format("TLS: {}", reason != nullptr ? reason : "unknown failure");
  ERR_clear_error();
  end(Outcome::tls, now);
}

void TlsStream::end(Outcome why, TimePoint now) {
  ended_ = true;
  events_->on_end(why, now);
}

void TlsStream::refuse_certificate(int code, x509_st* certificate) {
  if (certificate_outcome_ != Outcome::ok) return;  // the first reason is the one to report
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      certificate_outcome_ = Outcome::tls_expired;
      problem_ =
          fmt::format("the certificate of '{}' expired on {}", host_, date_text(X509_get0_notAfter(certificate)));
      break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      certificate_outcome_ = Outcome::tls_expired;
      problem_ =
          fmt::format("the certificate of '{}' is valid from {}", host_, date_text(X509_get0_notBefore(certificate)));
      break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      certificate_outcome_ = Outcome::tls_self_signed;
      problem_ = fmt::format("the certificate of '{}' is signed by itself", host_);
      break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      certificate_outcome_ = Outcome::tls_wrong_name;
      problem_ = fmt::format("the certificate is for {}, not for '{}'", names_text(certificate), host_);
      break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      certificate_outcome_ = Outcome::tls_untrusted;
      problem_ = fmt::format("the certificate of '{}' is of an unknown authority", host_);
      break;
    default:
      certificate_outcome_ = Outcome::tls;
      problem_ = fmt::format("the certificate of '{}': {}", host_, X509_verify_cert_error_string(code));
  }
}

}  // namespace thresher::http
