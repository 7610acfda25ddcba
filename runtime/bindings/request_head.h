#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bindings/endpoint.h"
#include "bindings/request_options.h"
#include "bindings/scenario.h"

struct lua_State;

namespace thresher::bindings {

/// Writes the head of a request that adds something to its endpoint's, into a buffer used again and again.
class HeadWriter {
 public:
  struct Extras {
    bool has_body = false;
    std::size_t body_size = 0;
    std::string_view cookies;      ///< of the user's jar, for this URL
    bool send_credentials = true;  ///< false after a redirect to another origin
  };

  /// `table` is the options' stack index. Raises for headers that are no headers. The view lives until the next call.
  std::string_view write(lua_State* state, int table, const RequestOptions& options, const Endpoint& endpoint,
                         const Extras& extras);

 private:
  enum Written : unsigned {
    kHost = 1,
    kUserAgent = 2,
    kAcceptEncoding = 4,
    kConnection = 8,
    kContentType = 16,
    kAuthorization = 32,
    kCookie = 64,
    kExpect = 128
  };

  unsigned write_headers(lua_State* state, int table, bool send_credentials);
  void write_common(const Endpoint& endpoint, unsigned written);
  void write_authorization(lua_State* state, int table);
  void write_cookies(lua_State* state, int table, const RequestOptions& options, std::string_view jar);

  std::string head_;
  std::string headers_;
};

/// Pushes the body the options ask for: JSON encoded by cjson, a form or the text itself as a string; the pieces of a
/// list as a list of its own, so that nobody changes it while it is being sent; or nil.
void push_request_body(lua_State* state, int table, const RequestOptions& options, LuaReference json_encode);

/// What push_request_body() pushed, as views of Lua's strings: they live as long as it lies on the stack.
struct RequestBody {
  bool present = false;
  std::string_view first;
  std::vector<std::string_view> more;

  void read(lua_State* state, int index);
  std::size_t size() const;
  void append_to(std::string& text) const;
};
/// "a=1&b=2" from the table at `index`: values are strings, numbers, truth values or lists of them; sorted by name.
/// Raises for others. Pushes it as a string, so that nothing is lost when it raises.
void push_encoded_pairs(lua_State* state, int index, const char* what);
/// Raises unless `text` may stand in a header line: no line ends, no zero bytes.
void check_header_text(lua_State* state, std::string_view text, const char* what);

}  // namespace thresher::bindings
