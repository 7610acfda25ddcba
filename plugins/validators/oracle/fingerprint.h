#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "history/answer.h"

namespace oracle {

/// What a terminal answer said, in a few bytes: enough to see that a later one says something else, and about which
/// workflow. The order of lists does not count. Twice the same answer is the same; two answers that differ look alike
/// with a probability of about 2^-64.
class Fingerprint {
 public:
  Fingerprint() = default;
  explicit Fingerprint(const history::Answer& answer);

  const std::string& word() const { return word_; }
  /// What `later` says otherwise, in words: "status "failed" instead of "completed", workflow "wf-1" (task results)";
  /// empty when nothing.
  std::string difference(const Fingerprint& later) const;

 private:
  struct Part {
    std::string id, word;
    std::uint64_t tasks = 0;  ///< of the task results and compensations
    bool operator==(const Part&) const = default;
  };

  std::string word_;
  std::uint64_t figures_ = 0;  ///< of the counters, rates and times
  std::vector<Part> parts_;    ///< by id
};

}  // namespace oracle
