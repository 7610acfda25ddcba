#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace thresher::store {

/// What a record is about. The set is open: a store keeps any word, these are the ones in use.
namespace kind {
inline constexpr std::string_view kRun = "run";                          ///< thresher run
inline constexpr std::string_view kStressTest = "stress-test";           ///< a scenario pushed to a platform
inline constexpr std::string_view kStreamLoadTest = "stream-load-test";  ///< workflows streamed to a platform
}  // namespace kind

/// How far a record's run came. Every word but kRunning is final.
namespace status {
inline constexpr std::string_view kRunning = "running";
inline constexpr std::string_view kCompleted = "completed";  ///< it ended by itself and nothing was found wrong
inline constexpr std::string_view kCompletedWithFailures = "completed_with_failures";  ///< a verdict went against it
inline constexpr std::string_view kInterrupted = "interrupted";  ///< stopped before its end, or its process died
inline constexpr std::string_view kFailed = "failed";            ///< it could not be carried out
// Of stress tests, as the Farm document names them.
inline constexpr std::string_view kFleetIngestionTimeout = "fleet_ingestion_timeout";
inline constexpr std::string_view kFleetIngestionFailed = "fleet_ingestion_failed";
inline constexpr std::string_view kScenarioSubmissionTimeout = "scenario_submission_timeout";
inline constexpr std::string_view kScenarioSubmissionFailed = "scenario_submission_failed";
inline constexpr std::string_view kTimeout = "timeout";
inline constexpr std::string_view kExecutionError = "execution_error";
}  // namespace status

/// The numbers runs are listed and compared by. What was not observed is absent, never 0.
struct RunFigures {
  std::uint64_t requests = 0, requests_failed = 0;
  double rate_per_s = 0;  ///< requests per second of load
  std::optional<Nanoseconds> latency_mean{}, latency_p50{}, latency_p95{}, latency_p99{}, latency_max{};
  std::uint64_t iterations = 0, iterations_dropped = 0;
  std::uint64_t oracle_violations = 0;
  /// 0..1: of a run its requests that did not fail, of a stress test the platform's.
  std::optional<double> completion_rate{};

  friend bool operator==(const RunFigures&, const RunFigures&) = default;
};

/// What is known when a run begins.
struct RunStart {
  std::string kind{kind::kRun};
  std::string name{};                ///< for a person: "health_checks", "sm-3wf-20ch-s12345"
  std::vector<std::string> files{};  ///< scenario files
  std::string profile{};
  std::string command_line{};  ///< to repeat it; empty when no command line started it
  std::string host{};          ///< what it was aimed at: a URL, or several joined by ", "
  std::uint64_t seed = 0;
  std::string version{};                      ///< of thresher
  std::map<std::string, std::string> tags{};  ///< --tag
  /// A JSON object of everything that has to be equal for two runs to be comparable, keys sorted; runs are compared by
  /// its text. Neither seed nor version belongs in it.
  std::string conditions = "{}";
  std::string document{};  ///< JSON that is worth having should the run die, such as its parameters; may be empty

  friend bool operator==(const RunStart&, const RunStart&) = default;
};

/// What is known when it has ended.
struct RunEnd {
  std::string status{status::kCompleted};
  std::string verdict{};       ///< PASSED, FAILED, INVALID ...; empty: nobody judged
  std::string verdict_text{};  ///< why
  std::string validity{};      ///< VALID, DEGRADED, INVALID; empty: not measured
  std::optional<int> exit_code{};
  std::optional<Nanoseconds> duration{};  ///< of the load, by the monotonic clock
  RunFigures figures{};
  std::string document{};  ///< the whole report as JSON; empty leaves the one of the start

  friend bool operator==(const RunEnd&, const RunEnd&) = default;
};

struct RunNote {
  WallTime at{};
  std::string text;
};

/// A run as the history has it. While it goes on only `end.status` of `end` means anything.
struct RunRecord {
  std::string id;
  RunStart start;  ///< document: see `document`
  RunEnd end;
  WallTime started{};
  std::optional<WallTime> finished;  ///< of a run whose process died: its last sign of life
  WallTime heartbeat{};
  bool baseline = false;       ///< people made it the measure for runs of its kind and conditions
  std::string document{};      ///< only from get(); empty when there is none
  std::vector<RunNote> notes;  ///< only from get(); in the order written

  bool running() const { return end.status == status::kRunning; }
  /// Went to its end and measured the target: what may be judged, and judged against.
  bool whole() const {
    return (end.status == status::kCompleted || end.status == status::kCompletedWithFailures) &&
           end.validity != "INVALID";
  }
};

}  // namespace thresher::store
