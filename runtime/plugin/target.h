#pragma once

#include <cstdint>
#include <functional>
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

/// A request as a target sees it; views live until handle() returns.
struct TargetRequest {
  std::uint16_t port = 0;
  std::uint64_t number = 0;
  TimePoint now{};
  std::string_view method, path, query, headers, body;
};

enum class AnswerKind { whole, never, reset, truncate, garbage };

struct TargetAnswer {
  AnswerKind kind = AnswerKind::whole;
  Nanoseconds after{};
  int status = 200;
  std::string headers, body;
};

/// A running instance of a target plugin. One thread.
class Target {
 public:
  virtual ~Target() = default;
  /// A plugin that breaks its contract (no answer, a bad status) gives a 500 that says so.
  virtual TargetAnswer handle(const TargetRequest& request) = 0;
};

/// A target as a loaded library offers it.
class TargetType {
 public:
  virtual ~TargetType() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;
  virtual std::vector<Endpoint> endpoints() const = 0;
  virtual std::string options_json() const = 0;  ///< the declared schema
  /// `config`: a JSON object, "{}" for the defaults. A wrong option is an error that names it and those there are.
  virtual Result<std::unique_ptr<Target>> create(std::string_view config, std::uint64_t seed) const = 0;
};

}  // namespace thresher::plugin
