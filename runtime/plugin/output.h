#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thresher::plugin {

/// A running instance of an output plugin. One thread. Texts are JSON objects; see thresher_output. After an error it
/// is told nothing more.
class Output {
 public:
  virtual ~Output() = default;
  virtual Result<void> begin(std::string_view run) = 0;
  virtual Result<void> second(std::string_view figures) = 0;
  virtual Result<void> event(std::string_view event) = 0;
  virtual Result<void> finish(std::string_view report) = 0;
};

/// An output as a loaded library offers it.
class OutputType {
 public:
  virtual ~OutputType() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;
  virtual std::string options_json() const = 0;
  virtual Result<std::unique_ptr<Output>> create(std::string_view config) const = 0;
};

}  // namespace thresher::plugin
