#include "md5.h"

#include <openssl/evp.h>

#include <array>
#include <catch2/catch.hpp>

namespace {

std::string md5(std::string_view text) {
  std::string out;
  farm::append_md5(text, 32, out);
  return out;
}

std::string openssl_md5(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr);
  std::string hex;
  for (std::size_t i = 0; i < 16; ++i) {
    hex.push_back("0123456789abcdef"[digest[i] >> 4]);
    hex.push_back("0123456789abcdef"[digest[i] & 15]);
  }
  return hex;
}

}  // namespace

TEST_CASE("MD5 gives the digests of RFC 1321", "[generators]") {
  CHECK(md5("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5("a") == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(md5("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(md5("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(md5("abcdefghijklmnopqrstuvwxyz") == "c3fcd3d76192e4007dfb496cca67e13b");
  CHECK(md5("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == "d174ab98d277d9f5a5611c2c9f419d9f");
  CHECK(md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("MD5 agrees with OpenSSL at every length across the edges of a block", "[generators]") {
  for (std::size_t size = 0; size < 200; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text.push_back(static_cast<char>(i * 37 + size));
    REQUIRE(md5(text) == openssl_md5(text));
  }
}

TEST_CASE("a shorter digest is the beginning of the whole, appended", "[generators]") {
  std::string out = "task-";
  farm::append_md5("abc", 7, out);
  CHECK(out == "task-9001509");
}
