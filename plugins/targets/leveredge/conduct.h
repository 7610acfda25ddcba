#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace leveredge {

/// How much of a reliability profile's mean latency each kind of work takes: 0.1 is a tenth of it, 10 ten times.
struct LatencyScales {
  double health = 0.1;
  double event = 0.4;    ///< anything asked of the event bus, and every list
  double step = 10;      ///< one step of a chain
  double chat = 10;      ///< one answer of ARIA's, unless it streams
  double creative = 40;  ///< one piece of work of a creative agent
};

/// Ways to be wrong without a status that says so. Each is the part of requests that meet it, 0 to 1.
struct Faults {
  double failed_step = 0;           ///< a step of a chain or a task of a batch fails: a 200 that says failed or partial
  double empty_answer = 0;          ///< an answer that says completed and holds nothing
  double lost_event = 0;            ///< an event is acknowledged to its publisher and forgotten
  double lost_acknowledgement = 0;  ///< an acknowledgement is confirmed and forgotten
  double bad_breakdown = 0;         ///< MUSE's tasks are no sound graph
  double stream = 0;                ///< a stream of ARIA's goes wrong as `stream_fault` says
};

/// What goes wrong with a stream of ARIA's.
enum class StreamFault : std::uint8_t {
  reset,    ///< the connection breaks half-way
  error,    ///< half-way an error comes as an event, with status 200
  no_done,  ///< it ends without [DONE]
  hold,     ///< after [DONE] the connection stays open
  silent    ///< after half of it nothing more comes
};

/// When work is refused. 0: never.
struct Limits {
  double rate_per_s = 0;      ///< executions and chats an agent takes in the long run; more are 429
  std::size_t in_flight = 0;  ///< executions and chats an agent works on at once; more are 503
  std::size_t stored_events = 50'000;
};

/// What ARIA's streams are made of.
struct Streaming {
  double first_token_ms = 250;
  double tokens_per_s = 60;
  double tokens = 40;  ///< mean length of an answer
};

/// What all agents of a stand-in have in common.
struct Conduct {
  std::uint64_t seed = 0;
  LatencyScales scales;
  Faults faults;
  StreamFault stream_fault = StreamFault::reset;
  Limits limits;
  Streaming streaming;
  bool suite_paths = false;                   ///< what the public suite sends is accepted too
  std::chrono::nanoseconds timeout_answer{};  ///< when a timed-out request is answered after all; 0: never
  std::chrono::nanoseconds restart{};         ///< how long a crashed agent resets every connection
};

}  // namespace leveredge
