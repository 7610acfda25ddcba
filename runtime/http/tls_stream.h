#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "event/byte_stream.h"
#include "event/timer.h"

struct ssl_st;  // OpenSSL's SSL
struct x509_st;

namespace thresher::http {

class TlsContext;

/// TLS over any ByteStream, itself a ByteStream. Made by TlsContext::wrap().
///
/// Ends as any stream does, with these besides: tls, tls_expired, tls_self_signed, tls_untrusted, tls_wrong_name.
/// `closed` means that the peer said so inside TLS (close_notify); a connection that merely stops may have been cut by
/// anybody and ends with `tls` and truncated().
class TlsStream final : public event::ByteStream, private event::StreamEvents {
 public:
  ~TlsStream() override;

  bool write(std::string_view bytes) override;
  void finish() override;
  void reset() override;
  void pause_reading() override;
  void resume_reading() override;
  std::size_t queued_bytes() const override;
  void set_events(event::StreamEvents& events) override;

  bool truncated() const { return truncated_; }
  std::string_view version() const;                        ///< "tls1.3"; static text
  const std::string& problem() const { return problem_; }  ///< after a failure, what a person should read

 private:
  friend class TlsContext;
  friend struct TlsHooks;
  TlsStream(TlsContext& context, std::unique_ptr<event::ByteStream> lower, const std::string& host,
            event::StreamEvents& events);

  void on_connected(TimePoint) override {}  // the stream below is connected already
  void on_bytes(std::string_view bytes, TimePoint now) override;
  void on_drained(TimePoint now) override;
  void on_end(Outcome why, TimePoint now) override;

  /// Hands OpenSSL `records` and carries on as far as they reach.
  void take(std::string_view records, TimePoint now);
  /// False when a callback has destroyed this stream: nothing of it may be touched then.
  bool advance(TimePoint now);
  void shake_hands(TimePoint now);
  void read_records(TimePoint now);
  bool flush();
  bool encrypt(std::string_view bytes);
  void fail(TimePoint now);
  void end(Outcome why, TimePoint now);
  /// OpenSSL refuses the peer's certificate for `code` (X509_V_ERR_...).
  void refuse_certificate(int code, x509_st* certificate);

  TlsContext& context_;
  std::unique_ptr<event::ByteStream> lower_;
  event::StreamEvents* events_;
  ssl_st* ssl_ = nullptr;
  std::string host_;
  std::string problem_;
  std::string_view input_;                ///< records OpenSSL has yet to read
  std::string held_;                      ///< those that stayed because reading is paused
  std::string unsent_;                    ///< plain bytes written before the handshake was over
  std::unique_ptr<event::Timer> resume_;  ///< delivers what is held after resume_reading(); made when first needed
  std::optional<Outcome> held_end_;       ///< the end of the stream below, while bytes are held before it
  bool* destroyed_ = nullptr;             ///< where to say that a callback destroyed this stream
  Outcome certificate_outcome_ = Outcome::ok;
  bool handshaken_ = false;
  bool paused_ = false;
  bool finishing_ = false;
  bool owes_drained_ = false;
  bool ended_ = false;
  bool truncated_ = false;
};

}  // namespace thresher::http
