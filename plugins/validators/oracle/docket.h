#pragma once

#include <thresher/plugin.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/instant.h"

namespace oracle {

/// Hears what a court says: the host's judge, or a notebook that compares two courts.
class Clerk {
 public:
  virtual ~Clerk() = default;
  virtual void violation(const thresher::Violation& told) = 0;
  virtual void finding(const thresher::Finding& told) = 0;
};

/// What every witness needs to know of the run; filled when the `run` event comes, so held by reference.
struct RunFacts {
  std::string run, command;
  std::uint64_t seed = 0;
  bool known = false;
  history::Nanoseconds clock_bound = std::chrono::milliseconds(1);  ///< what two readings of one clock may be off

  /// "replay: seed 7, thresher run ..."
  std::string replay() const;
};

/// A violation before it is told.
struct Witness {
  std::string subject;             ///< "workflow wf-dag-7, task-a1 -> task-b2"
  std::vector<std::string> lines;  ///< the proof: observations with their times, then why they contradict
  std::vector<std::pair<std::string_view, std::string>> details;  ///< for programs
  /// The dependencies around it, for a picture: from, to. In details they are `edges`, a list of {from, to}.
  std::vector<std::pair<std::string, std::string>> edges = {};
};

/// One check's book: what it looked at, what it found wrong. All violations are counted; the first `witness_limit` are
/// told with their witness, since nobody reads the ten thousandth and each costs a page of text.
class Docket {
 public:
  Docket(std::string_view check, const RunFacts& run, Clerk& clerk, std::uint64_t witness_limit)
      : check_(check), run_(run), clerk_(clerk), witness_limit_(witness_limit) {}

  void observe(std::uint64_t count = 1) { observations_ += count; }

  /// `write` returns the Witness; called only while there are witnesses left. t: of the event that showed it, -1 for
  /// an absence.
  template <class Write>
  void tell(std::int64_t t, Write&& write) {
    if (++violations_ <= witness_limit_) publish(t, write());
  }

  std::uint64_t observations() const { return observations_; }
  std::uint64_t violations() const { return violations_; }
  const RunFacts& run() const { return run_; }

  /// NO_DATA, PASS or FAIL by the counts; `what` says what was counted: "412 dependencies held".
  thresher::Finding finding(std::string_view what, std::string details = {}) const;

 private:
  void publish(std::int64_t t, Witness witness) const;

  std::string check_;
  const RunFacts& run_;
  Clerk& clerk_;
  std::uint64_t witness_limit_;
  std::uint64_t observations_ = 0, violations_ = 0;
};

/// Times of one workflow for people: milliseconds after its beginning, "+812.000 ms".
class Timescale {
 public:
  explicit Timescale(history::Instant origin) : origin_(origin) {}
  std::string at(history::Instant instant) const;
  /// "times are milliseconds after 2026-11-21T02:46:00.125Z, on the platform's clock"
  std::string legend() const;

 private:
  history::Instant origin_;
};

}  // namespace oracle
