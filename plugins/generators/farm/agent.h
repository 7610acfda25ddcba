#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "catalogue.h"
#include "json_writer.h"
#include "python_random.h"

namespace farm {

/// Which public behaviour a document has: the public generator's own, defects included, or ours (README.md lists the
/// differences). Both make the same draws.
enum class Dialect : std::uint8_t { ours, compat };

/// One agent as drawn. Views point into the catalogue.
struct Agent {
  static constexpr std::size_t kMostTools = 15;  ///< five categories of three
  static constexpr std::size_t kIdDigits = 8;

  std::string id = {};
  AgentType type = AgentType::worker;
  std::uint32_t index = 0;
  Reliability reliability = Reliability::rock_solid;
  Cost cost = Cost::free;
  Policy policy = Policy::permissive;
  std::array<std::string_view, kMostTools> tools = {};
  std::size_t tool_count = 0;
  std::string_view extra_capability = {};  ///< of another type; may be empty
  std::string_view name = {};
  std::string_view domain = {};  ///< of a specialist
  int short_term_capacity = 0, context_window_tokens = 0;
  bool long_term_enabled = false;
  std::string_view memory_persistence = {};
  std::uint32_t created_days_ago = 0, active_hours_ago = 0;
  std::array<std::uint32_t, 3> version = {};
  std::uint32_t invocations = 0, successes = 0;
  std::string_view owner = {}, environment = {};
};

struct AgentRequest {
  Seed seed;
  AgentType type;
  std::uint32_t index;
  std::optional<Reliability> reliability = {};
  std::optional<Cost> cost = {};
};

/// Draws an agent from Random(seed + index), which `random` must be.
Agent draw_agent(const AgentRequest& request, PythonRandom random, Dialect dialect);

/// `now` in unix seconds, to count back from.
void write_agent(const Agent& agent, Dialect dialect, std::int64_t now, JsonWriter& json);

/// Tools that every agent of a type has in our dialect beside those drawn: what the tasks assigned to its type need.
/// The public generator hands tasks to agents that lack the tools for them.
Names kit(AgentType type);

/// "2026-01-01T00:00:00" as the public generator writes it, with a Z in ours.
void write_moment(std::string_view name, std::int64_t unix_s, Dialect dialect, JsonWriter& json);

}  // namespace farm
