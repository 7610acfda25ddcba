#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace thresher::plugin {

struct Endpoint {
  std::string name;
  std::uint16_t port = 0;
};

/// A request as a target sees it; views live until handle() returns. The members are those of thresher_request.
struct TargetRequest {
  std::uint16_t port = 0;    ///< of the endpoint it came to
  std::uint64_t number = 0;  ///< from 0, in order of arrival at this instance
  std::uint64_t connection = 0;
  Nanoseconds now{};  ///< since the instance was created
  WallTime wall{};
  std::string_view method, path, query;
  std::string_view headers;  ///< "Name: value\r\n" lines
  std::string_view body;
};

/// The values are those of THRESHER_ANSWER_...
enum class AnswerKind : std::int32_t { whole = 0, never = 1, reset = 2, truncate = 3, garbage = 4, stream = 5 };

/// What comes after a stream's last piece: an orderly end, an abort, silence. The values of THRESHER_STREAM_...
enum class StreamEnd : std::int32_t { finish = 0, reset = 1, hold = 2 };

/// A piece of a streamed body.
struct AnswerPiece {
  Nanoseconds after{};  ///< since the piece before it, of the first: since the head; >= 0
  std::string bytes;
};

struct TargetAnswer {
  AnswerKind kind = AnswerKind::whole;
  Nanoseconds after{};  ///< since the request arrived; >= 0
  int status = 200;     ///< 200..599
  std::string headers;  ///< well-formed "Name: value\r\n" lines, without Content-Length and Transfer-Encoding
  std::string body;
  std::string breach = {};               ///< how the plugin broke its contract; empty: it kept to it
  std::vector<AnswerPiece> pieces = {};  ///< of a stream, instead of `body`
  StreamEnd stream_end = StreamEnd::finish;
};

/// A running instance of a target plugin. One thread.
class Target {
 public:
  virtual ~Target() = default;
  /// A plugin that breaks its contract (no answer, two answers, a bad status) or fails gives a 500 that says so.
  virtual TargetAnswer handle(const TargetRequest& request) = 0;
};

/// A target as a loaded library offers it.
class TargetType {
 public:
  virtual ~TargetType() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;
  virtual std::vector<Endpoint> endpoints() const = 0;
  /// The declared options: a JSON object, name to {"type","default"?,"description","minimum"?,"maximum"?,"enum"?}.
  virtual std::string options_json() const = 0;
  /// `config`: a JSON object, "{}" for the defaults; a value may also be given as its text ("0.5", "true"). A wrong
  /// option is an error that names it and what would be right. The instance keeps to the calling thread.
  virtual Result<std::unique_ptr<Target>> create(std::string_view config, std::uint64_t seed) const = 0;
};

}  // namespace thresher::plugin
