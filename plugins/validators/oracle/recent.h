#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>

#include "oracle/workflow_book.h"

namespace oracle {

/// What is known of the latest `limit` pieces of work; the oldest are forgotten, so memory is bounded whether or not
/// they end.
template <class T>
class Recent {
 public:
  explicit Recent(std::size_t limit) : limit_(limit) {}

  /// Null: never heard of, or forgotten.
  T* find(std::string_view id) {
    const auto found = all_.find(id);
    return found == all_.end() ? nullptr : &found->second;
  }
  T& at(std::string_view id) {
    if (T* known = find(id)) return *known;
    order_.emplace_back(id);
    if (order_.size() > limit_) {
      all_.erase(order_.front());
      order_.pop_front();
    }
    return all_[std::string(id)];
  }

 private:
  std::size_t limit_;
  ByText<T> all_;
  std::deque<std::string> order_;
};

/// The end of something that nobody told an end of.
inline constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();

/// Times of our clock for people: "1250.000 ms".
std::string clock_text(std::int64_t t);
inline constexpr std::string_view kOurClock = "times are milliseconds since the run began, on our clock";

inline std::int64_t in_nanoseconds(double ms) { return static_cast<std::int64_t>(ms * 1e6); }
/// Whether a platform's word about a piece of work says that it is over; what we do not know is an end.
inline bool is_end(std::string_view word) {
  const history::Status status = history::status_of(word);
  return status != history::Status::pending && status != history::Status::running;
}
/// When what was heard of at t was asked for.
template <class Told>
std::int64_t sent_of(const Told& told, std::int64_t t) {
  return told.ago_ms ? t - std::max<std::int64_t>(0, in_nanoseconds(*told.ago_ms)) : t;
}
/// When it runs out at the earliest, which is when it was granted the moment it was asked for; at the latest it is as
/// much later as we heard of it later.
template <class Told>
std::int64_t earliest_end_of(const Told& told, std::int64_t t) {
  if (told.until_ms) return in_nanoseconds(*told.until_ms);
  return told.for_ms ? sent_of(told, t) + in_nanoseconds(*told.for_ms) : kForEver;
}

}  // namespace oracle
