#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "conduct.h"

namespace recovery {

/// What is answered keeps its order; what is read is sorted, so that equal documents have equal texts and hashes.
using Json = nlohmann::ordered_json;
using Document = nlohmann::json;

/// The members of a request's body. Whatever is missing or wrong is a Refusal that names the member.
class Body {
 public:
  Body(std::string_view text, std::size_t limit_bytes);

  /// Letters, digits and "._:-", at most 200 of them.
  std::string id(const char* name) const;
  std::string id_or(const char* name, std::string fallback) const;
  std::string text_or(const char* name, std::string fallback) const;
  std::int64_t integer(const char* name, std::int64_t low, std::int64_t high) const;
  std::int64_t integer_or(const char* name, std::int64_t fallback, std::int64_t low, std::int64_t high) const;
  /// A number of milliseconds, more than 0 and at most a week.
  Time duration(const char* name) const;
  Time duration_or(const char* name, Time fallback) const;
  bool boolean_or(const char* name, bool fallback) const;
  /// Any JSON, as text; `fallback` when it is missing.
  std::string json_or(const char* name, std::string_view fallback) const;
  bool has(const char* name) const { return find(name) != nullptr; }

 private:
  const Document* find(const char* name) const;

  Document members_;
};

/// The value of a query's parameter, percent-decoded; empty when there is none.
std::string query_value(std::string_view query, std::string_view name);
/// JSON text as a value again.
Json parsed(const std::string& text);
/// "sha256:" and 64 hexadecimal digits.
std::string sha256_of(std::string_view bytes);

}  // namespace recovery
