#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/registry.h"

/// The checks behind verify_plugin(); they run in a child process that has loaded the library.
namespace thresher::plugin::suite {

/// One instance in typical use, a step at a time, so that several can be interleaved.
class Use {
 public:
  virtual ~Use() = default;
  /// Does the next thing; false when there is nothing left to do.
  virtual bool step() = 0;

  /// Everything the instance said so far, in order.
  const std::string& transcript() const { return transcript_; }
  /// The first breach of contract or failure; empty when there was none.
  const std::string& problem() const { return problem_; }

 protected:
  void say(std::string_view text) { transcript_.append(text).push_back('\n'); }
  void object(std::string_view why) {
    if (problem_.empty()) problem_ = why;
  }

 private:
  std::string transcript_, problem_;
};

/// What is being checked: one target, generator, validator or output.
struct Subject {
  const Registry& registry;
  std::string name;
  std::string config;  ///< of its instances, a JSON object
  std::uint64_t seed;
  std::chrono::milliseconds memory_budget;  ///< see VerifyOptions
};

/// Why the contract does not hold; empty when it does.
using Check = std::string (*)(const Subject& subject);
struct NamedCheck {
  std::string_view name;
  Check run;
};

/// A kind as the checks common to all kinds see it.
struct Kind {
  std::string_view noun;  ///< "target"
  std::string (*options_json)(const Subject& subject);
  /// Makes an instance with this config and seed, ready for its first step.
  Result<std::unique_ptr<Use>> (*start)(const Subject& subject, const std::string& config, std::uint64_t seed);
  bool says_something;  ///< an output's use has no transcript that could differ
  std::span<const NamedCheck> own_checks;
};

const Kind& target_kind();
const Kind& generator_kind();
const Kind& validator_kind();
const Kind& output_kind();

/// Checks of any kind: options, memory, determinism, threads. `kind` is what the subject is.
struct CommonCheck {
  std::string_view name;
  std::string (*run)(const Kind& kind, const Subject& subject);
};
std::span<const CommonCheck> common_checks(const Kind& kind);

/// Whether instances can be made with the subject's config at all; without that no other check has anything to look at.
std::string makes_an_instance(const Kind& kind, const Subject& subject);

/// A JSON object and one more member, whose value is JSON too.
std::string with_member(const std::string& object, const std::string& name, const std::string& value_json);

/// Values to try for the declared options, all as JSON.
struct Trial {
  std::string option, value;
};
std::vector<Trial> sound_trials(const std::string& options_json);    ///< default, bounds, each choice: must be taken
std::vector<Trial> extreme_trials(const std::string& options_json);  ///< nothing declares against them
std::vector<Trial> wrong_trials(const std::string& options_json);    ///< must be refused by the option's name

/// `text` shortened to what a person wants to read in one line.
std::string excerpt(std::string_view text);

}  // namespace thresher::plugin::suite
