#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "history/answer.h"
#include "history/document.h"
#include "history/work.h"

namespace history {

/// The events of plugins/validators/README.md, one structure each; `item` is our id of a scenario or workflow. Views
/// and pointers live until the reader's next event.
struct RunBegan {
  std::string_view run, command, version;
  std::uint64_t seed = 0;
  double clock_bound_ms = 1;
};
struct FleetMade {
  std::vector<Agent>* agents = nullptr;  ///< may be moved from
};
struct FleetAnswered {
  int status = 0;  ///< HTTP; 0: no answer came
  std::string_view error;
  std::optional<std::int64_t> agents_ingested;
};
struct Submitted {
  std::string_view item;
  Submission* submission = nullptr;  ///< may be moved from
  bool scenario = false;             ///< else one workflow by itself
};
struct Accepted {
  std::string_view item, id;
};
struct Rejected {
  std::string_view item, error;
  int status = 0;
};
struct Polled {
  std::string_view item, word;  ///< word: the platform's status; empty when it gave none
  int http = 0;
};
struct ResultCame {
  std::string_view item;
  const Answer* answer = nullptr;
};
struct GaveUp {
  std::string_view item, word;  ///< word: the last status seen
  double waited_ms = 0;
};
struct CountersRead {
  std::optional<std::int64_t> submitted, terminal, in_flight, rejected;
};
struct ReadBack {  ///< whoever compares the two documents parses the line again: it comes once a run
  std::string_view item;
};
struct Asked {};  ///< `validate`
struct RunEnded {
  bool interrupted = false;
};

using Body =
    std::variant<std::monostate, RunBegan, FleetMade, FleetAnswered, Submitted, Accepted, Rejected, Polled, ResultCame,
                 GaveUp, CountersRead, LeaseTold, WriteTold, WorkBegan, Killed, CheckpointTold, Resumed,
                 CheckpointsRead, ClaimTold, EffectClaimed, LedgerRead, Swept, WorkFinished, ReadBack, Asked, RunEnded>;

struct Event {
  std::int64_t t = 0;  ///< nanoseconds since the run began
  Body body;           ///< monostate: an event that is none of a validator's business
};

}  // namespace history
