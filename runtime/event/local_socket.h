#pragma once

#include <filesystem>

namespace thresher::event {

/// Whether a process listens at this unix domain socket. Connects, without waiting, and hangs up; whoever listens sees
/// a connection that ends at once. Any thread.
bool is_served(const std::filesystem::path& path);

}  // namespace thresher::event
