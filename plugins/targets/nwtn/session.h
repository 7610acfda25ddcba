#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "pipeline.h"
#include "thresher/plugin.hpp"

namespace nwtn {

using Json = nlohmann::ordered_json;

/// What a client asks of POST /api/v1/sessions.
struct SessionRequest {
  std::string prompt, user_id;
  std::int64_t context_allocation = 100;  ///< FTNS
  Complexity complexity = Complexity::medium;
  Agents agents = {};  ///< those of its complexity and those expected
};

/// The request, or the answer that refuses it: 400 (no JSON object), 413, 422 (a member is missing or wrong).
std::variant<SessionRequest, thresher::Answer> read_session(std::string_view body);

/// What became of a session, before anything is made wrong of it.
struct Session {
  SessionRequest request = {};
  std::string id = {};
  std::vector<Step> steps = {};
  std::chrono::nanoseconds began{};  ///< since 1970
  std::int64_t context_used = 0;     ///< FTNS
};

/// The document of a completed session.
Json session_json(const Session& session);
/// What the public API gives instead: the session exists, its answer is to be fetched elsewhere.
Json created_json(const Session& session);

/// {"detail": ...}
thresher::Answer refusal(int status, std::string_view detail);
thresher::Answer reply(int status, const Json& body);

}  // namespace nwtn
