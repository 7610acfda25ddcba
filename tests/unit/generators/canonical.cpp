#include "canonical.h"

#include <openssl/evp.h>

#include <array>
#include <map>
#include <stdexcept>

namespace {

class Canonicaliser {
 public:
  explicit Canonicaliser(std::string_view json) : rest_(json) {}

  std::string whole() {
    std::string value = any();
    if (!rest_.empty()) fail("something follows the value");
    return value;
  }

 private:
  std::string any() {
    if (rest_.empty()) fail("it ends too early");
    if (rest_.front() == '{') return object();
    if (rest_.front() == '[') return array();
    if (rest_.front() == '"') return text();
    const std::size_t size = std::min(rest_.find_first_of(",]}"), rest_.size());
    return take(size);
  }

  std::string object() {
    std::map<std::string, std::string> members;
    take(1);
    while (peek() != '}') {
      std::string key = text();
      expect(':');
      std::string value = any();
      const bool volatile_member = key == "\"generated_at\"" || key == "\"created_at\"" || key == "\"last_active_at\"";
      if (!volatile_member && !members.emplace(key, std::move(value)).second) fail("twice the key " + key);
      if (peek() != '}') expect(',');
    }
    take(1);
    std::string out = "{";
    for (const auto& [key, value] : members) out.append(out.size() > 1 ? "," : "").append(key + ":" + value);
    return out + "}";
  }

  std::string array() {
    std::string out = take(1);
    while (peek() != ']') {
      out += any();
      if (peek() != ']') out += expect(',');
    }
    return out + take(1);
  }

  std::string text() {
    if (peek() != '"') fail("no text where one belongs");
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    return take(end + 1);
  }

  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  std::string expect(char wanted) {
    if (peek() != wanted) fail(std::string("no ") + wanted);
    return take(1);
  }
  std::string take(std::size_t size) {
    if (size == 0 || size > rest_.size()) fail("it ends too early");
    std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return taken;
  }
  [[noreturn]] void fail(const std::string& why) const {
    throw std::invalid_argument(why + " before \"" + std::string(rest_.substr(0, 40)) + "\"");
  }

  std::string_view rest_;
};

}  // namespace

std::string canonical(std::string_view json) { return Canonicaliser(json).whole(); }

std::string sha256_prefix(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string hex;
  for (std::size_t i = 0; i < 8; ++i) {
    hex.push_back("0123456789abcdef"[digest[i] >> 4]);
    hex.push_back("0123456789abcdef"[digest[i] & 15]);
  }
  return hex;
}
