#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "conduct.h"
#include "execution.h"
#include "wall_time.h"

namespace gateway {

using Json = nlohmann::ordered_json;

/// Bytes that are no UTF-8 become replacement characters.
std::string text_of(const Json& json);

/// How executions look from outside at one moment: the dialect, and the faults of the records.
class View {
 public:
  View(const Conduct& conduct, const WallTime& wall, Time now) : conduct_(conduct), wall_(wall), now_(now) {}

  /// As its record has it; faults included.
  Status status(const Execution& execution) const;
  /// In the dialect's words.
  std::string_view name(Status status, const Execution& execution) const;
  std::string_view status_name(const Execution& execution) const { return name(status(execution), execution); }
  std::string text(Time at) const { return wall_.text(at); }

  Json started_at(const Execution& execution) const;
  Json completed_at(const Execution& execution) const;  ///< null while its record does not say that it ended
  Json duration_ms(const Execution& execution) const;   ///< likewise; without the time it waited for its turn
  Json result(const Execution& execution) const;        ///< null unless it succeeded
  Json error(const Execution& execution) const;         ///< null when it did

  /// GET /executions/{id}, and each of batch-status.
  Json record(const Execution& execution) const;
  /// GET /workflows/{id}/dag; null when nothing of the run exists.
  Json workflow(const Run& run) const;

  bool exists(const Execution& execution) const { return execution.exists_at(now_); }

 private:
  Json dag_node(const Execution& execution, const Execution* shown_below) const;
  Json dag_tree(const Execution& execution, const Execution* shown_below) const;
  bool in_dag(const Execution& execution) const;
  Status workflow_status(const std::vector<const Execution*>& shown) const;  ///< the root first

  const Conduct& conduct_;
  const WallTime& wall_;
  Time now_;
};

}  // namespace gateway
