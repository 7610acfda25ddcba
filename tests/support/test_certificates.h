#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace thresher::test {

/// A certificate and its private key, PEM.
struct Certificate {
  std::string pem;
  std::string key_pem;
};

struct CertificateOptions {
  std::vector<std::string> names;  ///< "DNS:a.example", "IP:127.0.0.1"
  std::chrono::hours from{-1};     ///< valid from and until, relative to now
  std::chrono::hours until{24};
};

/// An authority of its own, made anew each time (P-256, so it takes a millisecond).
Certificate make_authority();
/// A server's certificate, by `authority` or, when null, by itself.
Certificate make_certificate(const CertificateOptions& options, const Certificate* authority);

}  // namespace thresher::test
