#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/answer.h"
#include "service/load_launcher.h"

namespace thresher::service {

/// What one pushed stress test came to, gathered from its history line by line: the summaries of what was sent, what
/// the platform answered, and the status of the Farm document's table. Keeps no workflow.
class StressDigest {
 public:
  /// One event of the history (plugins/validators/README.md). A line that is not JSON is passed over.
  void observe(std::string_view line);

  /// fleet_summary, scenario_id, scenario_summary, execution_result, status, error and analysis, each null until known.
  /// What the validator's document `run` says of these goes before what the events alone say.
  Json conclude(const LoadOutcome& outcome) const;

 private:
  std::string status(const LoadOutcome& outcome) const;
  std::string error(const LoadOutcome& outcome) const;

  /// Something that was sent: how that went wrong, if it did.
  struct Trouble {
    bool timed_out = false;
    std::string text;
  };
  static Trouble trouble_of(const Json& event, std::string_view what);

  Json fleet_summary_, scenario_id_, scenario_summary_, execution_result_;
  std::optional<Trouble> fleet_trouble_, scenario_trouble_;
  std::optional<std::string> gave_up_;
};

/// {sm|md|lg}-{n}wf-{chaos %}ch-s{seed}: tests with equal ones are comparable.
std::string stress_test_id(std::string_view scale, std::int64_t workflow_count, double chaos_rate, std::int64_t seed);

}  // namespace thresher::service
