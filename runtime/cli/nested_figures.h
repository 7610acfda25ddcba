#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cli/nested_options.h"

namespace thresher::cli {

/// What became of the workflows of one scenario, and the figures of the public script's JSON. Reads the history's
/// events `nested_workflow` (scripts/nested_workflow.lua), others pass by.
class NestedFigures {
 public:
  void add(std::string_view event);  ///< one event's JSON text

  std::uint64_t done() const { return done_; }
  std::uint64_t failed() const { return failures_.size(); }
  double latency_ms(double percentile) const;  ///< of what is done so far; 0 when nothing is

  /// All keys from total_requests to exceptions in the public script's order, and after them those of our own: of what
  /// we know better (latency_ms_bound, slot_wait_ms), and of what happened (polls, retries, queue_full). A latency is
  /// the latest moment at which the workflow can have ended, counted from its submission. `abandoned`: begun and not
  /// ended when the run did.
  nlohmann::ordered_json summary(Nanoseconds elapsed, std::uint64_t abandoned) const;
  /// [{sequence, status, http_status, response}], by sequence.
  nlohmann::ordered_json failures() const;
  /// Everything failed because nobody listened there.
  bool unreachable() const;

 private:
  std::uint64_t done_ = 0, polls_ = 0, refusals_ = 0, retries_ = 0;
  std::vector<double> latencies_ms_;  ///< with an end that the server told
  std::vector<double> bounds_ms_;     ///< how far the ends may have been earlier
  std::vector<double> began_s_;       ///< of all, on the run's clock
  std::map<std::string, std::uint64_t> statuses_, exceptions_, evidence_;
  std::map<int, std::uint64_t> http_;
  std::vector<nlohmann::ordered_json> failures_;
};

/// The options under the public script's names, as its JSON repeats them, ours behind.
nlohmann::ordered_json config_json(const NestedOptions& options, std::uint64_t seed);

}  // namespace thresher::cli
