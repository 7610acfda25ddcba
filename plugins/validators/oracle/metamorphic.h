#pragma once

#include <thresher/random.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "history/event.h"
#include "oracle/docket.h"
#include "oracle/settings.h"

namespace oracle {

/// Verdicts by check: "PASS", "FAIL" ...
using Verdicts = std::map<std::string, thresher::Verdict>;
/// Judges a short history with fresh checks.
using JudgeHistory = std::function<Verdicts(const std::vector<std::string>& lines)>;

/// The judge that the oracle itself uses: a court of its own, and what it finds.
Verdicts judge_afresh(const Settings& settings, const std::vector<std::string>& lines);

/// ORACLE 14. Renaming ids, permuting lists and adding a leaf that does nothing change nothing in the verdict. It holds
/// the oracle itself to that: of the items that ended, a sample drawn by the run's seed is kept whole, transformed, and
/// judged again. Memory is bounded by the sample. What the hash rule says depends on names, so the samples are judged
/// without it.
class Metamorphic {
 public:
  Metamorphic(std::size_t sample, std::uint64_t seed, JudgeHistory judge);

  /// `line`: the event as it was written.
  void heard(const history::Event& event, std::string_view line);
  /// After the last event.
  thresher::Finding close(Docket& docket);

 private:
  struct Sample {
    std::string item, submission, result;
  };
  void submitted(std::string_view item, std::string_view line);
  void try_again(const Sample& sample, Docket& docket);

  std::size_t limit_;
  thresher::Random random_;
  JudgeHistory judge_;
  std::string run_, fleet_;
  std::vector<Sample> samples_;
  std::uint64_t submissions_ = 0;
};

}  // namespace oracle
