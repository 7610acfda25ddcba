#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace thresher {

/// What kind of thing went wrong, for code that has to choose; people read Error::message.
enum class ErrorCode {
  invalid_argument,  ///< a flag, option or value a person wrote is wrong
  not_found,         ///< a file, name or host does not exist
  io,                ///< the operating system refused a read, write or bind
  parse,             ///< a text is not in its grammar
  script,            ///< a scenario raised an error or does not load
  plugin,            ///< a plugin does not load or broke its contract
  timeout,           ///< a bounded wait ended first
  cancelled,         ///< somebody asked to stop
  internal,          ///< our own mistake
};

/// An error of the control plane. The data plane counts an Outcome instead and builds no text.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< lower case, no final full stop, quotes the offending value
  std::string where;    ///< "login.lua:42" or "ramp.toml:7" when a line someone wrote is to blame; otherwise empty
};

/// "login.lua:42: message", or the message alone when nobody's line is to blame.
inline std::string to_text(const Error& error) {
  return error.where.empty() ? error.message : error.where + ": " + error.message;
}

template <class T>
using Result = tl::expected<T, Error>;

inline auto fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

inline auto fail(ErrorCode code, std::string message, std::string where = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(where)});
}

}  // namespace thresher
