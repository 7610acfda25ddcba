#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/run.h"
#include "report/judgement.h"

namespace thresher::report {

/// What decides a run's verdict, taken from its last snapshot: it outlives the snapshot.
struct RunFacts {
  engine::Validity validity;
  std::uint64_t requests = 0, requests_failed = 0, iterations = 0;
  double oracle_violations = 0;
  std::size_t thresholds = 0;
  std::vector<std::string> thresholds_failed;        ///< "http_req_duration p(95)<500: 612 ms"
  std::vector<std::string> thresholds_without_data;  ///< "http_req_duration{tag:x} p(95)<500"
  std::size_t validators = 0;
  std::vector<std::string> validators_without_data;  ///< asked for a verdict, and saw nothing or could not judge
};
/// `judgement`: nullptr when no validator was asked.
RunFacts facts_of(const engine::Snapshot& snapshot, const Judgement* judgement = nullptr);

/// How a run ended, in one line and one number (CONVENTIONS, "Exit codes").
struct Verdict {
  int exit_code = 0;
  std::string word =
      "PASSED";  ///< PASSED, FINISHED (nothing judged it), FAILED, WRONG, INVALID, NO_DATA, INTERRUPTED, ABORTED, ERROR
  std::string text;               ///< why
  std::vector<std::string> also;  ///< what else would have decided it, had it been alone: "FAILED: ..."

  std::string line() const { return word + ": " + text; }
};

/// Pure. Of several findings the first of this order decides; the rest are in `also`.
///
///   109  a bug in thresher                  nothing else can be believed
///   104  bad configuration                  nothing was sent
///   107  script error at load or in setup   likewise
///   100  setup timed out                    likewise
///   121  INVALID                            the figures are the generator's
///   120  the oracle found the target wrong  true however the run ended
///   108  the script called abort            from here on the run is cut short: what thresholds say of
///   105  interrupted                        half a run must not look like what they say of a whole one
///   110  the script called fail             its author's own verdict, on a whole run
///   122  a threshold or validator had        a silent pass otherwise
///        nothing to judge
///    99  a threshold failed
///   101  teardown timed out                 the load and its figures are sound
Verdict judge(const RunFacts& facts, const engine::RunSummary& summary);

/// Keeps the facts of a run until its summary is known.
class Judge final : public engine::RunObserver {
 public:
  /// `judgement` outlives it; nullptr when no validator was asked.
  explicit Judge(const Judgement* judgement = nullptr) : judgement_(judgement) {}
  void on_finish(const engine::Snapshot& snapshot) override { facts_ = facts_of(snapshot, judgement_); }
  Verdict verdict(const engine::RunSummary& summary) const { return judge(facts_, summary); }

 private:
  const Judgement* judgement_;
  RunFacts facts_;
};

}  // namespace thresher::report
