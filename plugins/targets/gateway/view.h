#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

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

  bool exists(const Execution& execution) const { return execution.exists_at(now_); }
  bool has_started(const Execution& execution) const { return execution.started <= now_; }
  /// From its start to its end; it must have ended.
  static std::int64_t milliseconds_of(const Execution& execution);

 private:
  const Conduct& conduct_;
  const WallTime& wall_;
  Time now_;
};

}  // namespace gateway
