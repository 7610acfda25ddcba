#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/run.h"
#include "report/live_requests.h"
#include "report/run_description.h"
#include "report/second_series.h"
#include "report/verdict.h"

namespace thresher::report {

// What a run tells those who watch it, as runtime/service/page/README.md describes it: JSON texts without line breaks.

/// What names a run while it goes on, besides its description.
struct LiveIdentity {
  std::string id;    ///< in the history, else "p" and the process id
  std::string name;  ///< for a person: its scenarios and profile
  long process = 0;
};

/// The member `run` of `begin`. Pure.
std::string live_run_text(const RunDescription& run, const LiveIdentity& identity);
/// The data of a `log`. Pure.
std::string live_log_text(const engine::RunEvent& event);
/// The data of `end`. `id`: in the history, or empty. Pure.
std::string live_end_text(const Verdict& verdict, int exit_code, const std::string& id,
                          const std::vector<std::filesystem::path>& files);

/// The data of `second`. Two prices: a point is cheap and made every second, the whole digest only when somebody looks.
/// Coordinator's thread; `run` outlives it.
class LiveDigest {
 public:
  explicit LiveDigest(const RunDescription& run);

  /// The points of the parts of a run that went before this one.
  std::vector<std::string> points_before() const;

  void second_passed(const engine::Snapshot& snapshot);
  const std::string& point() const { return point_; }  ///< of the second that passed last; "null" before any
  /// The digest of that second, whose snapshot is given again, perhaps with a newer phase.
  std::string text(const engine::Snapshot& snapshot);

 private:
  static constexpr std::size_t kSecondsMost = 400;  // Kendall's test looks at all pairs of them
  void keep(const SecondSeries& second);

  const RunDescription& run_;
  SecondSeries seconds_;    ///< for the warning signs: at most kSecondsMost, at equal distances
  std::size_t passed_ = 0;  ///< seconds, those of earlier parts included
  std::size_t stride_ = 1;  ///< every how many of them are kept: a power of two
  LiveRequests requests_;
  Nanoseconds began_{}, ended_{};  ///< of the second that passed last
  std::string point_ = "null";
};

}  // namespace thresher::report
