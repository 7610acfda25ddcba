#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace leveredge {

struct AgentPort {
  std::string_view name;
  std::uint16_t port;
};

/// The fleet's agents on the ports of its document, in the document's order.
std::span<const AgentPort> fleet();

}  // namespace leveredge
