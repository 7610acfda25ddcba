#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

struct lua_State;

namespace thresher::bindings {

/// The options of a request that need no look at the network: read in one pass over the script's table.
struct RequestOptions {
  enum Rare : std::uint16_t {  ///< looked up again by name when set
    kHeaders = 1,
    kQuery = 2,
    kJson = 4,
    kForm = 8,
    kBody = 16,
    kTags = 32,
    kAuth = 64,
    kExpect = 128,
    kCookies = 256,
    kObjectives = 512
  };

  const char* name = nullptr;  ///< a Lua string that lives as long as the table; nullptr: the folded path
  std::uint16_t rare = 0;
  bool expect_continue = false;
  std::uint16_t port = 0;  ///< replaces the host's; 0: does not
  int redirects = -1;      ///< -1: the run's
  std::chrono::nanoseconds timeout{}, connect_timeout{}, silence{};
  std::size_t max_body = 0;

  bool has(Rare option) const { return (rare & option) != 0; }
};

/// Knows the option names as this VM's interned strings, so that reading a table compares pointers.
class RequestOptionReader {
 public:
  explicit RequestOptionReader(lua_State* state);
  /// Reads the table at `index` (nil: none given) over `defaults`. Raises for what is unknown or of the wrong type.
  RequestOptions read(lua_State* state, int index, const RequestOptions& defaults) const;

 private:
  static constexpr std::size_t kCount = 18;
  std::array<const char*, kCount> keys_{};
};

}  // namespace thresher::bindings
