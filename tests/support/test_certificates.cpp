#include "support/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

namespace thresher::test {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Owner = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;

/// These tests cannot go on without OpenSSL doing what it is told.
void must(bool fine) {
  if (!fine) std::abort();
}

std::string text_of(BIO* bio) {
  const char* data = nullptr;
  const long size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

Certificate make(const std::string& common_name, const CertificateOptions& options, bool is_authority,
                 const Certificate* authority) {
  static long serial = 0;
  const Key key(EVP_EC_gen("P-256"));
  const X509Owner certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  const auto seconds = [](std::chrono::hours hours) { return std::chrono::seconds(hours).count(); };
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), seconds(options.from));
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), seconds(options.until));
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1,
                             -1, 0);

  X509Owner issuer;
  Key issuer_key;
  if (authority != nullptr) {
    const Bio pem(BIO_new_mem_buf(authority->pem.data(), static_cast<int>(authority->pem.size())));
    const Bio key_pem(BIO_new_mem_buf(authority->key_pem.data(), static_cast<int>(authority->key_pem.size())));
    issuer.reset(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr));
    issuer_key.reset(PEM_read_bio_PrivateKey(key_pem.get(), nullptr, nullptr, nullptr));
  }
  X509* signer = issuer ? issuer.get() : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  add_extension(certificate.get(), signer, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  std::string names;
  for (const std::string& each : options.names) names += (names.empty() ? "" : ",") + each;
  if (!names.empty()) add_extension(certificate.get(), signer, NID_subject_alt_name, names);
  must(X509_sign(certificate.get(), issuer_key ? issuer_key.get() : key.get(), EVP_sha256()) > 0);

  const Bio pem(BIO_new(BIO_s_mem()));
  const Bio key_pem(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(pem.get(), certificate.get()) == 1);
  must(PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {text_of(pem.get()), text_of(key_pem.get())};
}

}  // namespace

Certificate make_authority() {
  static int count = 0;  // a name of its own: two authorities of one name are told apart by their signatures only
  return make("thresher test authority " + std::to_string(++count), {}, true, nullptr);
}

Certificate make_certificate(const CertificateOptions& options, const Certificate* authority) {
  return make("thresher test server", options, false, authority);
}

}  // namespace thresher::test
