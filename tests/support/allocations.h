#pragma once

#include <cstddef>

namespace thresher::test {

/// How often this process has called operator new so far, for tests that hold a path to "allocates nothing": take the
/// difference. Add support/allocations.cpp to the sources of a test that uses it.
std::size_t allocations();

}  // namespace thresher::test
