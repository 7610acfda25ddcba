#include "cli/history_file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace thresher::cli {
namespace {

struct CloseFile {
  void operator()(gzFile_s* file) const noexcept { ::gzclose_r(file); }
};

/// Cuts what is read into lines.
class Lines {
 public:
  Lines(const std::filesystem::path& file, const std::function<Result<void>(std::string_view)>& take)
      : file_(file), take_(take) {}

  Result<void> add(std::string_view bytes) {
    read_.bytes += bytes.size();
    for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
      const std::string_view line = bytes.substr(0, end);
      bytes.remove_prefix(end + 1);
      if (auto taken = begun_.empty() ? give(line) : give(begun_.append(line)); !taken) return taken;
      begun_.clear();
    }
    begun_.append(bytes);
    return {};
  }

  /// What stands behind the last line end. A whole event is one although nothing ends its line.
  Result<HistoryRead> finish(bool truncated) {
    read_.cut_off = truncated;
    if (begun_.find_first_not_of(" \t\r") == std::string::npos) return read_;
    if (!nlohmann::json::accept(begun_)) {
      read_.cut_off = true;
    } else if (auto taken = give(begun_); !taken) {
      return fail(std::move(taken.error()));
    }
    return read_;
  }

 private:
  Result<void> give(std::string_view line) {
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) return {};
    ++read_.events;
    auto taken = take_(line);
    if (!taken) taken.error().where = fmt::format("{}:{}", file_.string(), number_);
    return taken;
  }

  const std::filesystem::path& file_;
  const std::function<Result<void>(std::string_view)>& take_;
  std::string begun_;  ///< the beginning of a line whose end has not been read
  std::uint64_t number_ = 0;
  HistoryRead read_;
};

}  // namespace

Result<HistoryRead> read_history(const std::filesystem::path& path,
                                 const std::function<Result<void>(std::string_view line)>& take) {
  constexpr unsigned kChunk = 1U << 20;
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return fail(ErrorCode::io, fmt::format("history \"{}\" is a folder", path.string()));
  const std::unique_ptr<gzFile_s, CloseFile> file(::gzopen(path.c_str(), "rb"));  // reads plain files as they are
  if (!file)
    return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                fmt::format("history \"{}\": {}", path.string(), std::strerror(errno)));
  ::gzbuffer(file.get(), kChunk);
  std::vector<char> chunk(kChunk);
  Lines lines(path, take);
  for (;;) {
    const int count = ::gzread(file.get(), chunk.data(), kChunk);
    int state = Z_OK;
    const char* const why = ::gzerror(file.get(), &state);
    if (count < 0 && state != Z_BUF_ERROR)
      return fail(ErrorCode::io, fmt::format("history \"{}\": {}", path.string(), why));
    if (count > 0)
      if (auto added = lines.add({chunk.data(), static_cast<std::size_t>(count)}); !added)
        return fail(std::move(added.error()));
    if (count <= 0) return lines.finish(state == Z_BUF_ERROR);  // Z_BUF_ERROR: the compressed stream ends too early
  }
}

}  // namespace thresher::cli
