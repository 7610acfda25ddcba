#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "metrics/histogram.h"
#include "metrics/totals.h"

namespace thresher::report {

/// The percentiles of Locust's reports, in its order.
inline constexpr double kPercentiles[] = {50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 100};
/// "50%", "99.9%".
std::string percentile_title(double percentile);

/// The requests of one (method, name), whatever their status, scenario and tags. Failed requests are part of the
/// durations, as in Locust: leaving out the slow ones that timed out would flatter the target.
struct RequestRow {
  std::string method, name;
  std::uint64_t requests = 0, failures = 0;
  metrics::Histogram duration;  ///< http_req_duration, microseconds
  double bytes_received = 0;    ///< heads included
  double requests_per_s = 0, failures_per_s = 0;

  double failure_ratio() const {
    return requests == 0 ? 0 : static_cast<double>(failures) / static_cast<double>(requests);
  }
  double size_average() const { return requests == 0 ? 0 : bytes_received / static_cast<double>(requests); }
};

struct RequestTable {
  std::vector<RequestRow> rows;  ///< by name, then method
  RequestRow aggregated;         ///< named "Aggregated", without a method

  const RequestRow* find(std::string_view method, std::string_view name) const;
};

enum class Span { whole_run, last_second };

/// Pure. `elapsed` is the time the span covers and divides the rates.
RequestTable make_request_table(const metrics::Totals& totals, Nanoseconds elapsed, Span span = Span::whole_run);

/// The requests of the last ten seconds: what Locust's "current" columns are made of. Fed once a second.
class RecentRequests {
 public:
  static constexpr Nanoseconds kWindow = std::chrono::seconds(10);

  /// `from`: what had elapsed of the run before its first second here.
  explicit RecentRequests(Nanoseconds from = {}) : seen_until_(from) {}

  void second_passed(const metrics::Totals& totals, Nanoseconds elapsed);
  /// Rates are over the time the window covers by now, which is less than ten seconds at first.
  RequestTable table() const;

 private:
  struct Second {
    Nanoseconds began{}, ended{};
    RequestTable table;
  };
  std::deque<Second> seconds_;
  Nanoseconds seen_until_;
};

}  // namespace thresher::report
