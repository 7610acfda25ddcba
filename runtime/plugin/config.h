#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "thresher/plugin.h"

namespace thresher::plugin {

/// The value of an option; the alternative follows its declared type. Empty: neither given nor defaulted.
using OptionValue = std::variant<std::monostate, std::string, double, std::int64_t, bool>;

}  // namespace thresher::plugin

/// What the ABI calls thresher_config: every declared option with its value. The getters answer a plugin, so a wrong
/// question is remembered rather than raised: create() then fails with misuse().
struct thresher_config {
  struct Entry {
    std::string name;
    std::int32_t type = THRESHER_OPTION_TEXT;
    thresher::plugin::OptionValue value;
    bool given = false;
  };

  std::vector<Entry> entries;

  thresher_text text(std::string_view name) const noexcept;
  double number(std::string_view name) const noexcept;
  std::int64_t integer(std::string_view name) const noexcept;
  std::int32_t boolean(std::string_view name) const noexcept;
  std::int32_t given(std::string_view name) const noexcept;

  /// The first wrong question, in words ("reads option "rate" as a text, but declares it a number"); empty when there
  /// was none.
  const std::string& misuse() const { return misuse_; }
  void forget_misuse() { misuse_.clear(); }

 private:
  const Entry* find(std::string_view name) const;
  template <class T>
  const T* read(std::string_view name, std::int32_t type) const;

  mutable std::string misuse_;
};
