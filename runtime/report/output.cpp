#include "report/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace thresher::report {

Result<void> check_writable(const std::filesystem::path& path) {
  const auto refuse = [&path](std::string_view why) {
    return fail(ErrorCode::io, fmt::format("cannot write '{}': {}", path.string(), why));
  };
  std::error_code problem;
  if (path.filename().empty() || std::filesystem::is_directory(path, problem)) return refuse("it is a folder");
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::filesystem::create_directories(folder, problem);
  if (problem) return refuse(problem.message());

  // A probe rather than access(): only a real open() knows of read-only mounts, quotas and full disks.
  std::string probe = (folder / fmt::format(".{}.XXXXXX", path.filename().string())).string();
  const int descriptor = ::mkstemp(probe.data());
  if (descriptor < 0) return refuse(std::strerror(errno));
  ::close(descriptor);
  ::unlink(probe.c_str());
  return {};
}

}  // namespace thresher::report
