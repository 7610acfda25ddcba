#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "history/event.h"
#include "oracle/workflow_book.h"

namespace farm {

/// How far the stress tests of a run came, in the words of the Farm document's table of status codes. From the worst:
/// fleet_ingestion_failed, fleet_ingestion_timeout, scenario_submission_failed, scenario_submission_timeout,
/// execution_error, timeout. What came to an end is completed here; whether with failures the checks say.
class Progress {
 public:
  /// A step that went wrong.
  struct Trouble {
    std::string_view status;
    std::string why;  ///< "the platform answered 403 to the fleet"
  };

  /// Before `book` takes the event. The trouble that the event shows, or one without a status.
  Trouble heard(const history::Event& event, const oracle::WorkflowBook& book);

  /// The worst of all tests; empty when none was decided.
  std::string_view status() const;
  const std::map<int, std::uint64_t>& counts() const { return counts_; }  ///< by rank()
  static std::string_view name_of_rank(int rank);
  std::uint64_t decided() const;

 private:
  Trouble note(int rank, std::string why);

  std::map<int, std::uint64_t> counts_;
  oracle::ByText<int> last_http_;  ///< of the latest look, by item in flight
};

}  // namespace farm
