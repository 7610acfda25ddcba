#pragma once

#include <memory>

#include "plugin/generator.h"

namespace thresher::bindings {

/// A generator as a script holds it, by index; made when a script names it.
struct NamedGenerator {
  const plugin::GeneratorType* type = nullptr;
  std::unique_ptr<plugin::Generator> instance;
};

}  // namespace thresher::bindings
