#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace thresher::control {

/// The folder of this user's sockets, made when there is none. The error: it belongs to somebody else or others may
/// enter it (io), or it cannot be made (io); it names the folder and the way out.
Result<std::filesystem::path> socket_folder();

/// Where the run of this id listens: socket_folder() / (id + ".sock"). Pure.
std::filesystem::path socket_of(const std::filesystem::path& folder, std::string_view id);

/// The ids that have a socket, newest first by when it was made. A socket without a listener is removed and left out.
/// Connects to each, without waiting.
std::vector<std::string> going_on(const std::filesystem::path& folder);

/// The run a person means among `ids` (newest first): a whole id, the unique beginning of one, `last` or nothing for
/// the newest. The error (not_found, ambiguous as invalid_argument) lists what there is. Pure.
Result<std::string> resolve(const std::vector<std::string>& ids, std::string_view reference);

}  // namespace thresher::control
