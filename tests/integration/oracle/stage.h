#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/registry.h"

/// The generator, the stand-in platform and the validators that ship, loaded as a user's thresher loads them and played
/// against each other in virtual time: no socket, no clock.
class Stage {
 public:
  Stage();

  struct Play {
    std::uint64_t seed = 1;
    std::string target = "{}";      ///< options of `aoa`: its bugs
    std::string workflow_type;      ///< empty: a scenario; else one workflow of this type
    std::string parameters = "{}";  ///< more for the generator, as a JSON object
    int reads_after_end = 2;
    int looks_at_most = 150;  ///< every 2 s, as the contract has it
  };
  /// Pushes a fleet and a scenario (or a workflow), polls until it ends or for as long as we may, reads again, and
  /// gives the history of it all, line by line.
  std::vector<std::string> play(const Play& play);

  struct Judgement {
    std::vector<thresher::plugin::Violation> violations;
    std::vector<thresher::plugin::Finding> findings;
    std::vector<std::pair<std::string, std::string>> documents;

    bool accuses(std::string_view check) const;
    /// Subjects and witnesses of that check's violations.
    std::string witnesses(std::string_view check) const;
    /// What any check found wrong, for messages of tests.
    std::string complaints() const;
  };
  Judgement judge(std::string_view validator, const std::vector<std::string>& history, std::string_view config = "{}");

 private:
  std::string generate(std::string_view product, const std::string& parameters);

  thresher::plugin::Registry registry_;
  std::unique_ptr<thresher::plugin::Generator> generator_;
};
