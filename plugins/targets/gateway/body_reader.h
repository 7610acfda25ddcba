#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "conduct.h"
#include "nodes.h"
#include "webhook.h"

namespace gateway {

/// The body of an execute call.
struct ExecuteRequest {
  std::string sequence;  ///< as JSON; empty: none, or no number and no short text
  std::size_t payload_bytes = 0;
  std::uint32_t depth = 0, width = 0;
  std::optional<Webhook> webhook;
  std::string webhook_error;  ///< why the webhook is not registered
};

struct Refusal {
  int status = 400;
  std::string error;
};

/// How many executions a call of this depth and width is, itself included; at most `bound` + 1.
std::uint64_t fan_out(std::uint32_t depth, std::uint32_t width, std::uint64_t bound);

/// Reads what clients post, each in a form they may have got wrong.
class BodyReader {
 public:
  explicit BodyReader(const Bounds& bounds) : bounds_(bounds) {}

  std::variant<ExecuteRequest, Refusal> execute(std::string_view body);
  /// {"execution_ids": [...]}
  std::variant<std::vector<std::string>, Refusal> execution_ids(std::string_view body);
  /// What registers a node: {id, base_url, version, reasoners [{id, ...}], skills [{id, ...}]}
  std::variant<Node, Refusal> node(std::string_view body);

 private:
  std::variant<simdjson::dom::object, Refusal> object(std::string_view body);

  const Bounds& bounds_;
  simdjson::dom::parser parser_;
};

}  // namespace gateway
