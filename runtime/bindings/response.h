#pragma once

#include <cstdint>
#include <string_view>

#include "http/client.h"

struct lua_State;

namespace thresher::bindings {

struct ScriptHost;

/// What a script holds as `res`: one Lua userdata, this header followed by the answer's bytes, made with one allocation
/// and freed by the collector alone. Everything else (strings, tables, decoded bodies, JSON) is made when asked for.
struct ResponseData {
  static constexpr std::uint32_t kMagic = 0x52657370;

  std::uint32_t magic;
  Outcome outcome;
  std::uint8_t minor_version;
  std::uint16_t status;
  std::uint64_t number;  ///< of the answer, in its VM: what JsonReader knows it by
  http::Timings timings;
  std::size_t max_body;
  std::size_t body_size;
  std::uint32_t head_size, url_size, detail_size;
  char tls_version[8];
  // then: body, head, url, detail, JsonReader::kPadding

  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view body() const { return {bytes(), body_size}; }
  std::string_view head() const { return {bytes() + body_size, head_size}; }
  std::string_view url() const { return {bytes() + body_size + head_size, url_size}; }
  std::string_view detail() const { return {bytes() + body_size + head_size + url_size, detail_size}; }
};

/// Pushes a response; `number` is new for each.
void push_response(lua_State* state, const ScriptHost& host, const http::Response& response, std::string_view url,
                   std::size_t max_body, std::uint64_t number);

}  // namespace thresher::bindings
