#include "control/directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "event/local_socket.h"

namespace thresher::control {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".sock";

/// A relative one is none: the XDG base directory specification has it ignored.
fs::path wanted_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && runtime[0] == '/') return fs::path(runtime) / "thresher";
  return fmt::format("/tmp/thresher-{}", ::geteuid());
}

auto refused(const fs::path& folder, std::string_view why) {
  return fail(ErrorCode::io, fmt::format("'{}', where the sockets of runs lie, {}: set XDG_RUNTIME_DIR to a folder of "
                                         "your own",
                                         folder.string(), why));
}

struct Found {
  std::string id;
  timespec made{};

  bool operator<(const Found& other) const {  // newest first
    return std::tie(other.made.tv_sec, other.made.tv_nsec, other.id) < std::tie(made.tv_sec, made.tv_nsec, id);
  }
};

std::vector<Found> sockets_in(const fs::path& folder) {
  std::vector<Found> found;
  std::error_code ignored;  // a folder that is not there holds no sockets
  for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored)) {
    const std::string name = at->path().filename().string();
    struct stat file {};
    if (name.size() <= kSuffix.size() || !name.ends_with(kSuffix)) continue;
    if (::lstat(at->path().c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) continue;
    found.push_back({name.substr(0, name.size() - kSuffix.size()), file.st_mtim});
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<fs::path> socket_folder() {
  const fs::path folder = wanted_folder();
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return refused(folder, fmt::format("cannot be made ({})", std::strerror(errno)));
  struct stat there {};
  if (::lstat(folder.c_str(), &there) != 0)
    return refused(folder, fmt::format("cannot be read ({})", std::strerror(errno)));
  if (!S_ISDIR(there.st_mode)) return refused(folder, "is no folder");
  if (there.st_uid != ::geteuid()) return refused(folder, fmt::format("belongs to user {}", there.st_uid));
  if ((there.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refused(folder, fmt::format("may be entered by others (mode {:o}, not 700)", there.st_mode & 0777U));
  return folder;
}

fs::path socket_of(const fs::path& folder, std::string_view id) {
  fs::path path = folder / id;
  path += kSuffix;
  return path;
}

std::vector<std::string> going_on(const fs::path& folder) {
  std::vector<std::string> ids;
  for (Found& found : sockets_in(folder)) {
    const fs::path path = socket_of(folder, found.id);
    if (event::is_served(path)) {
      ids.push_back(std::move(found.id));
    } else {
      std::error_code ignored;  // somebody else removed it first
      fs::remove(path, ignored);
    }
  }
  return ids;
}

Result<std::string> resolve(const std::vector<std::string>& ids, std::string_view reference) {
  if (ids.empty()) return fail(ErrorCode::not_found, "no run goes on");
  if (reference.empty() || reference == "last") return ids.front();
  std::vector<std::string> meant;
  for (const std::string& id : ids) {
    if (id == reference) return id;
    if (id.starts_with(reference)) meant.push_back(id);
  }
  if (meant.size() == 1) return meant.front();
  if (meant.empty())
    return fail(ErrorCode::not_found,
                fmt::format("no run that goes on begins with '{}'; there is {}", reference, fmt::join(ids, ", ")));
  return fail(ErrorCode::invalid_argument,
              fmt::format("'{}' may be {}: say more of it", reference, fmt::join(meant, ", ")));
}

}  // namespace thresher::control
