#include "report/line_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

namespace thresher::report {
namespace {

constexpr std::size_t kBatchBytesMax = 1 << 20;  // a busy second must not hold all its samples in memory

/// A deflate stream with gzip's header. Lives at one address: zlib points back into it.
class Gzip {
 public:
  Gzip() {
    // 15 + 16: the largest window, and a gzip wrapper around it (zlib.h, deflateInit2).
    ready_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Gzip() {
    if (ready_) deflateEnd(&stream_);
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::string compress(std::string_view plain, int flush) {
    std::string packed;
    std::array<Bytef, 16 * 1024> room;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream_.avail_in = static_cast<uInt>(plain.size());
    do {
      stream_.next_out = room.data();
      stream_.avail_out = static_cast<uInt>(room.size());
      deflate(&stream_, flush);  // cannot fail: the state is ours and there is always room
      packed.append(reinterpret_cast<const char*>(room.data()), room.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return packed;
  }
  bool ready() const { return ready_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

std::filesystem::path part_of(const std::filesystem::path& path, unsigned part) {
  if (part <= 1 || path == "-") return path;
  const std::string name = path.filename().string();
  const std::size_t stem = std::min(name.find('.', 1), name.size());  // "x.json.gz" has two extensions
  return path.parent_path() / fmt::format("{}-part{}{}", name.substr(0, stem), part, name.substr(stem));
}

struct LineWriter::State {
  std::filesystem::path path;
  int descriptor = -1;
  bool standard_output = false;
  std::unique_ptr<Gzip> gzip;
  std::string batch;
  std::optional<Error> problem;

  ~State() { close_descriptor(); }

  void close_descriptor() {
    if (descriptor >= 0 && !standard_output && ::close(descriptor) != 0) refuse(errno);
    descriptor = -1;
  }

  void refuse(int reason) {
    if (!problem) {
      problem = Error{ErrorCode::io, fmt::format("cannot write '{}': {}", path.string(), std::strerror(reason)),
                      std::string{}};
    }
  }

  void write_all(std::string_view bytes) {
    while (!bytes.empty() && !problem) {
      const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
      if (written >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        refuse(errno);
      }
    }
  }

  void write_batch(int gzip_flush) {
    if (!problem && descriptor >= 0) {
      if (gzip != nullptr) {
        write_all(gzip->compress(batch, gzip_flush));
      } else {
        write_all(batch);
      }
    }
    batch.clear();
  }

  Result<void> status() const {
    if (problem) return fail(*problem);
    return {};
  }
};

LineWriter::LineWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
LineWriter::LineWriter(LineWriter&&) noexcept = default;
LineWriter& LineWriter::operator=(LineWriter&&) noexcept = default;
LineWriter::~LineWriter() {
  if (state_ != nullptr) (void)close();
}

Result<LineWriter> LineWriter::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  if (path == "-") {
    state->descriptor = STDOUT_FILENO;
    state->standard_output = true;
    return LineWriter(std::move(state));
  }
  const auto refuse = [&path](std::string_view why) {
    return fail(ErrorCode::io, fmt::format("cannot write '{}': {}", path.string(), why));
  };
  if (path.has_parent_path()) {
    std::error_code problem;
    std::filesystem::create_directories(path.parent_path(), problem);
    if (problem) return refuse(problem.message());
  }
  state->descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (state->descriptor < 0) return refuse(std::strerror(errno));
  if (path.extension() == ".gz") {
    state->gzip = std::make_unique<Gzip>();
    if (!state->gzip->ready()) return refuse("zlib has no memory");
  }
  return LineWriter(std::move(state));
}

void LineWriter::append(std::string_view lines) {
  state_->batch += lines;
  if (state_->batch.size() >= kBatchBytesMax) state_->write_batch(Z_NO_FLUSH);
}

Result<void> LineWriter::flush() {
  if (!state_->batch.empty()) state_->write_batch(Z_SYNC_FLUSH);
  return state_->status();
}

Result<void> LineWriter::close() {
  if (state_->descriptor >= 0) {
    state_->write_batch(Z_FINISH);
    state_->close_descriptor();
  }
  return state_->status();
}

bool LineWriter::is_standard_output() const { return state_->standard_output; }
const std::filesystem::path& LineWriter::path() const { return state_->path; }

}  // namespace thresher::report
