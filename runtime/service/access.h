#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "event/address.h"
#include "http/server.h"

namespace thresher::service {

/// 127.0.0.0/8, ::1, and the former written as IPv6.
bool is_loopback(const event::Address& address);

/// Who may ask what. The service acts on request (it sends loads to any URL), so it must obey neither strangers on the
/// network nor web pages that its user's browser happens to show:
///
/// | rule                                                                  | holds         | refusal |
/// |-----------------------------------------------------------------------|---------------|---------|
/// | exactly one Host header (HTTP/1.0: at most one)                       | always        | 400     |
/// | Host names this machine's loopback: a rebound DNS name does not       | on loopback   | 421     |
/// | `Authorization: Bearer TOKEN`, compared in constant time              | with a token  | 401     |
/// | an Origin, if sent, is the Host itself; Sec-Fetch-Site not cross-site | what acts     | 403     |
///
/// Cross-origin reads need no rule: no answer carries an Access-Control header, so browsers keep it from the page.
class Access {
 public:
  struct Refusal {
    int status = 0;
    std::string why;
    std::string headers;
  };

  /// The error: an address that others can reach and no token; a token that no header can carry.
  static Result<Access> create(const event::Address& bound, std::string token);

  /// Whether a request has to carry the token, should there be one. Optional: for what holds no secrets and does
  /// nothing, such as the page that asks for the token.
  enum class Token : std::uint8_t { needed, optional };

  /// What a request does. By its method: GET and HEAD read. Acts: whatever the method, such as a question that starts
  /// a program to answer it.
  enum class Effect : std::uint8_t { by_method, acts };

  /// Nothing when the request may be served.
  std::optional<Refusal> judge(const http::ServerRequest& request, Token token = Token::needed,
                               Effect effect = Effect::by_method) const;

 private:
  struct Headers;
  Access(bool loopback, std::string token) : loopback_(loopback), token_(std::move(token)) {}
  bool knows_token(std::string_view authorization) const;

  bool loopback_;
  std::string token_;
};

}  // namespace thresher::service
