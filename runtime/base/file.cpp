#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace thresher {
namespace {

/// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  /// The error of the close itself: over a network file system that is where a failed write shows.
  int close_now() {
    const int status = ::close(fd_);
    fd_ = -1;
    return status;
  }

 private:
  int fd_;
};

auto refused(std::string_view verb, const std::filesystem::path& path, int number) {
  const auto code = number == ENOENT || number == ENOTDIR ? ErrorCode::not_found : ErrorCode::io;
  return fail(code, fmt::format("cannot {} '{}': {}", verb, path.string(), std::generic_category().message(number)));
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// A pipe, terminal or device is written through, never replaced by a file.
Result<void> write_through(const std::filesystem::path& path, std::string_view bytes) {
  Descriptor out{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (out.get() < 0 || !write_all(out.get(), bytes)) return refused("write", path, errno);
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path) {
  Descriptor in{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (in.get() < 0) return refused("read", path, errno);

  struct stat facts {};
  if (::fstat(in.get(), &facts) != 0) return refused("read", path, errno);
  if (S_ISDIR(facts.st_mode)) return refused("read", path, EISDIR);

  // The size is a hint only: files in /proc and pipes say 0.
  std::string bytes;
  std::size_t filled = 0;
  for (;;) {
    if (filled == bytes.size())
      bytes.resize(filled + std::max<std::size_t>(4096, static_cast<std::size_t>(facts.st_size) + 1));
    const ssize_t got = ::read(in.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused("read", path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code ignored;
  std::filesystem::path target = path;
  if (std::filesystem::is_symlink(path, ignored)) {
    // Renaming over a link would replace the link; the person meant the file behind it.
    auto behind = std::filesystem::weakly_canonical(path, ignored);
    if (!behind.empty()) target = std::move(behind);
  }
  const auto kind = std::filesystem::status(target, ignored).type();
  if (kind == std::filesystem::file_type::directory) return refused("write", path, EISDIR);
  if (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::not_found) {
    return write_through(target, bytes);
  }

  if (target.has_parent_path()) {
    std::error_code problem;
    std::filesystem::create_directories(target.parent_path(), problem);
    if (problem) return refused("make folder", target.parent_path(), problem.value());
  }
  // The process id keeps two processes that write the same report apart.
  auto beside = target;
  beside += fmt::format(".{}.part", ::getpid());
  Descriptor out{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  if (out.get() < 0) return refused("write", path, errno);
  if (!write_all(out.get(), bytes) || out.close_now() != 0 || ::rename(beside.c_str(), target.c_str()) != 0) {
    const int number = errno;
    ::unlink(beside.c_str());
    return refused("write", path, number);
  }
  return {};
}

}  // namespace thresher
