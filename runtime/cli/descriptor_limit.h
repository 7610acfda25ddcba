#pragma once

namespace thresher::cli {

/// A connection is a descriptor; many systems start a process with 1,024 though they allow a thousand times that. Takes
/// what is allowed; a warning when the system refuses.
void raise_descriptor_limit();

}  // namespace thresher::cli
