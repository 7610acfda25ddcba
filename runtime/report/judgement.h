#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace thresher::report {

/// What the validators said of a run's history: filled while the run goes on, complete before the last snapshot is
/// told. All texts come from plugins, and from the target through them.
struct Judgement {
  enum class Word : std::uint8_t { no_data, pass, degraded, fail };

  struct Check {
    std::string validator = {}, name = {}, summary = {};
    std::string details = {};  ///< a JSON object, or empty
    Word word = Word::no_data;
    std::uint64_t observations = 0, violations = 0;
  };
  struct Violation {
    std::string validator = {}, check = {}, subject = {}, witness = {};
    std::string details = {};  ///< a JSON object, or empty
    Nanoseconds at{-1};        ///< since the run began; -1: the absence of something showed it
  };
  struct Document {
    std::string validator, name, json;
  };

  static constexpr std::size_t kViolationsKept = 100;

  std::vector<std::string> validators;  ///< those asked, in order
  std::vector<Check> checks;
  std::vector<Violation> violations;  ///< the first kViolationsKept
  std::uint64_t violation_count = 0;
  std::vector<Document> documents;
  std::vector<std::string> problems;  ///< why a validator could not judge: "farm: ..."

  /// Those that were asked and saw nothing, or could not judge.
  std::vector<std::string> without_verdict() const;
};

std::string_view name_of(Judgement::Word word);  ///< "NO_DATA", "PASS" ...

}  // namespace thresher::report
