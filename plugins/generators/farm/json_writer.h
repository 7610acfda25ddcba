#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "seed.h"

namespace farm {

/// Appends one JSON value to a string, member by member, commas included. It trusts its caller to nest properly and to
/// use a key once. Keys, and texts given to text(), must need no escaping: they come from our own tables. What may need
/// it goes through escaped().
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void begin_object(std::string_view name) { key(name), begin_object(); }
  void begin_array(std::string_view name) { key(name), begin_array(); }

  void key(std::string_view name) {
    comma();
    out_.push_back('"');
    out_.append(name);
    out_.append("\":", 2);
    fresh_ = true;
  }

  void text(std::string_view value) {
    comma();
    out_.push_back('"');
    out_.append(value);
    out_.push_back('"');
    fresh_ = false;
  }
  void escaped(std::string_view value);
  void integer(std::int64_t value);
  void integer(Seed value) { comma(), value.append_to(out_), fresh_ = false; }
  /// As Python's repr() prints a float, so with a point or an exponent always.
  void real(double value);
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  /// JSON made elsewhere: one value, or several with their commas.
  void raw(std::string_view json) { comma(), out_.append(json), fresh_ = false; }

  template <class T>
  void member(std::string_view name, const T& value) {
    key(name);
    if constexpr (std::same_as<T, bool>) {
      boolean(value);
    } else if constexpr (std::integral<T>) {
      integer(static_cast<std::int64_t>(value));
    } else if constexpr (std::floating_point<T>) {
      real(value);
    } else if constexpr (std::same_as<T, Seed>) {
      integer(value);
    } else {
      text(value);
    }
  }
  void member_raw(std::string_view name, std::string_view json) { key(name), raw(json); }

  template <class Range>
  void texts(std::string_view name, const Range& values) {
    begin_array(name);
    for (const auto& value : values) text(value);
    end_array();
  }

  std::string& out() { return out_; }

 private:
  void comma() {
    if (!fresh_) out_.push_back(',');
  }
  void open(char bracket) {
    comma();
    out_.push_back(bracket);
    fresh_ = true;
  }
  void close(char bracket) {
    out_.push_back(bracket);
    fresh_ = false;
  }

  std::string& out_;
  bool fresh_ = true;  ///< nothing to put a comma after
};

/// repr(value) of a finite float.
void append_python_float(double value, std::string& out);

}  // namespace farm
