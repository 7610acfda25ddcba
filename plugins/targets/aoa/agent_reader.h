#pragma once

#include "json_fields.h"
#include "spec.h"

namespace aoa {

/// One agent; with `dropping`, as a platform keeps it that silently loses memory and rate limits.
AgentSpec read_agent(const Fields& agent, bool dropping);

/// A member with its value as `"name":value`, minified.
std::string member_text(std::string_view name, const dom::element& value);

}  // namespace aoa
