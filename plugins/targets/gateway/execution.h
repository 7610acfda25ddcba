#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conduct.h"
#include "nodes.h"
#include "webhook.h"

namespace gateway {

enum class Status : std::uint8_t { queued, running, succeeded, failed, cancelled, timeout, unknown };

inline bool is_terminal(Status status) { return status > Status::running && status != Status::unknown; }

/// What a client asked for; the nested calls that come of it have it in common.
struct Call {
  const Node* node = nullptr;
  std::string reasoner;
  std::string_view type = "reasoner";  ///< or "skill"
  bool sync = false;
  std::string sequence;  ///< of the input, as JSON; empty when there was none
  std::uint32_t width = 0;
  std::size_t body_bytes = 0;
  std::size_t payload_bytes = 0;
};

/// What was drawn for an execution when it was made; see plan().
struct Plan {
  Time lasts{};  ///< its own work, all attempts together; kNever: it stalls
  std::uint32_t retries = 0;
  bool fails = false;
  bool lost = false, duplicated = false, stuck = false, unknown = false, late = false;
  bool swallows = false, empty_result = false, mixed_result = false, wrong_parent = false, missing = false;
  std::uint8_t alias = 0;  ///< which of a status's aliases it uses
};

enum class Slot : std::uint8_t { none, worker, nested };

struct Run;

/// One call, of a client or of another execution. Times are kNever until they are known; those of a synchronous one are
/// known beforehand, so whoever looks says at what time.
struct Execution {
  std::string id;
  Run* run = nullptr;
  Execution* parent = nullptr;
  std::string parent_id;             ///< as the client named it, when there is no such execution
  std::shared_ptr<const Call> call;  ///< owners: the executions of one call, the last keeps it alive
  std::uint64_t key = 0;             ///< what its draws are keyed by
  std::uint32_t depth = 0;           ///< in its workflow, the root's is 0
  std::uint32_t levels_below = 0;    ///< how deep its own calls go
  Plan plan;
  Time created = kNever, started = kNever, ended = kNever;
  Status outcome = Status::succeeded;  ///< once ended
  std::string error;                   ///< why, unless it succeeded
  std::vector<Execution*> children;    ///< in the order of the calls
  std::uint32_t open_children = 0;     ///< those whose end it waits for
  std::uint32_t failed_children = 0;
  bool client_call = false;  ///< a client's, not another execution's nor a second one
  bool detached = false;     ///< its parent does not wait for it
  bool copy = false;         ///< it is, or comes of, the second execution of a call
  Slot slot = Slot::none;    ///< what it occupies now
  std::unique_ptr<const Webhook> webhook;

  bool exists_at(Time now) const { return created <= now; }
  Status status_at(Time now) const {
    return now >= ended ? outcome : now >= started ? Status::running : Status::queued;
  }
};

/// The executions that share a run id: workflows, as the UI calls them.
struct Run {
  std::string id, session = {}, actor = {};
  std::vector<std::unique_ptr<Execution>> executions = {};  ///< in the order they were made, the root first
  std::uint32_t times_over = 0;                             ///< it lives again when its id comes again
  std::size_t pending = 0;                                  ///< executions that have not ended, and events about any
};

}  // namespace gateway
