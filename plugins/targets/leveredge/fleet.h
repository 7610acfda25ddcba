#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace leveredge {

struct AgentPort {
  std::string_view name;
  std::uint16_t port;
};

/// The fleet's agents on the ports of its document, in the document's order; then ARIA, who is not in its table.
std::span<const AgentPort> fleet();

}  // namespace leveredge
