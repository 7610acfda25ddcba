#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace thresher::plugin {

/// The values are those of THRESHER_NO_DATA ... THRESHER_FAIL.
enum class CheckVerdict : std::int32_t { no_data = 0, pass = 1, degraded = 2, fail = 3 };
/// "NO_DATA", "PASS", "DEGRADED", "FAIL".
std::string_view name_of(CheckVerdict verdict);

struct Violation {
  std::string check, subject, witness;
  std::string details;  ///< a JSON object, or empty
  Nanoseconds at{-1};   ///< `t` of the event that showed it; -1: the absence of one did
};

struct Finding {
  std::string check, summary;
  std::string details;  ///< a JSON object, or empty
  CheckVerdict verdict = CheckVerdict::no_data;
  std::uint64_t observations = 0, violations = 0;
};

/// Hears a validator's judgement, from inside observe() and finish().
class JudgementSink {
 public:
  virtual void on_violation(Violation violation) = 0;
  virtual void on_finding(Finding finding) = 0;
  virtual void on_document(std::string name, std::string json) = 0;

 protected:
  ~JudgementSink() = default;
};

/// A running instance of a validator plugin: judges one history. One thread.
class Validator {
 public:
  virtual ~Validator() = default;
  /// One JSON object with "t" and "event". An error ends the judging: the history, not the target, is at fault.
  virtual Result<void> observe(std::string_view event) = 0;
  /// Once, after the last event.
  virtual Result<void> finish() = 0;
};

/// A validator as a loaded library offers it.
class ValidatorType {
 public:
  virtual ~ValidatorType() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;
  virtual std::string options_json() const = 0;
  /// As TargetType::create(). `sink` outlives the instance. What breaks the contract (a finding without a check, PASS
  /// with 0 observations, details that are no JSON object) is an error of the call in progress.
  virtual Result<std::unique_ptr<Validator>> create(std::string_view config, std::uint64_t seed,
                                                    JudgementSink& sink) const = 0;
};

}  // namespace thresher::plugin
